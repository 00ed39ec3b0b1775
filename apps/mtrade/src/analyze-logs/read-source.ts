import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { errorText, MtradeError } from '@mtrade/base';
import type { Analysis } from './analysis.js';
import { parseLine } from './parse-line.js';
import { splitLines } from './split-lines.js';

const GZIP_MAGIC = 0x1f_8b;

/** Streams a file (`-`: standard input), packed or not, into the analysis. Throws MTRADE_USAGE when it cannot be read. */
export async function readSource(
  source: string,
  analysis: Analysis,
  /** Of the file as it lies there; 0 in all for standard input. */
  onBytes: (read: number, total: number) => void = () => undefined,
): Promise<void> {
  try {
    const { bytes, read, total } = await bytesOf(source);
    for await (const lines of splitLines(bytes)) {
      onBytes(read(), total);
      for (const line of lines) {
        const parsed = line === null ? 'malformed' : parseLine(line);
        if (parsed === 'malformed') analysis.addMalformed();
        else if (parsed !== 'skip') analysis.add(parsed);
      }
    }
  } catch (error) {
    throw new MtradeError(
      'MTRADE_USAGE',
      `${source} cannot be read: ${errorText(error)}`,
      {},
      { cause: error },
    );
  }
}

interface Source {
  readonly bytes: Readable;
  /** Bytes of the file that were read so far. */
  readonly read: () => number;
  readonly total: number;
}

async function bytesOf(source: string): Promise<Source> {
  if (source === '-') return { bytes: process.stdin, read: () => 0, total: 0 };
  const isPacked = await startsWithGzip(source);
  const { size: total } = await stat(source);
  const file = createReadStream(source);
  const read = (): number => file.bytesRead;
  if (!isPacked) return { bytes: file, read, total };
  const plain = createGunzip();
  // pipe() does not hand errors on.
  file.on('error', (error) => plain.destroy(error));
  return { bytes: file.pipe(plain), read, total };
}

/** By what is inside: rotated logs are packed under many names. */
async function startsWithGzip(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.readUInt16BE(0) === GZIP_MAGIC;
  } finally {
    await file.close();
  }
}
