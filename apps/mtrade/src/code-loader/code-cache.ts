import { cachedDataVersionTag } from 'node:v8';
import { crc32 } from 'node:zlib';

/** Checksum of all that follows, length of the source, checksum of the source; 4 bytes each. */
const HEAD_BYTES = 12;

/**
 * The directory of compiled code that V8 would take at this moment. Its tag stands for V8's version, its flags and the
 * processor: another Node.js, or this one with other flags, looks elsewhere and finds nothing.
 */
export const cacheName = (): string =>
  `${process.version}-${process.platform}-${process.arch}-${cachedDataVersionTag().toString(16)}`;

/** The file that keeps `code`, which V8 has made of `source`. */
export function packCode(source: Uint8Array, code: Uint8Array): Buffer {
  const file = Buffer.alloc(HEAD_BYTES + code.length);
  file.set(code, HEAD_BYTES);
  file.writeUInt32LE(source.length, 4);
  file.writeUInt32LE(crc32(source), 8);
  file.writeUInt32LE(crc32(file.subarray(4)), 0);
  return file;
}

/**
 * The compiled code in `file`; null when the file is damaged or was not made of exactly this source. V8 itself compares
 * no more than the length of the source, and runs whatever the rest says.
 */
export function unpackCode(file: Buffer, source: Uint8Array): Buffer | null {
  if (file.length <= HEAD_BYTES || file.readUInt32LE(0) !== crc32(file.subarray(4))) return null;
  const isOfSource = file.readUInt32LE(4) === source.length && file.readUInt32LE(8) === crc32(source);
  return isOfSource ? file.subarray(HEAD_BYTES) : null;
}
