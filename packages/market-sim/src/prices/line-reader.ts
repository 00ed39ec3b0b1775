import { MtradeError, errorText } from '@mtrade/base';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';

/** A recording that was cut off (a killed recorder, a lost machine) is read up to where it ends. */
const gunzipFor = (path: string) =>
  createGunzip(path.endsWith('.jsonl.gz') ? { finishFlush: constants.Z_SYNC_FLUSH } : {});

/** Lines of a text file, plain or gzip, a few kilobytes at a time: memory does not grow with the file. */
export class LineReader {
  readonly #path: string;
  readonly #file: Readable;
  readonly #text: Readable;
  readonly #chunks: AsyncIterator<Buffer>;
  #rest = '';
  #done = false;

  constructor(path: string) {
    this.#path = path;
    this.#file = createReadStream(path);
    this.#text = path.endsWith('.gz') ? this.#file.pipe(gunzipFor(path)) : this.#file;
    // A pipe does not hand errors on: without this a missing file would wait for ever.
    this.#file.on('error', (error) => this.#text.destroy(error));
    this.#chunks = this.#text[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  get done(): boolean {
    return this.#done;
  }

  /** The next complete lines; empty at the end or when a chunk held no line end. */
  async read(): Promise<readonly string[]> {
    if (this.#done) return [];
    const chunk = await this.#nextChunk();
    if (chunk === null) {
      this.#done = true;
      return this.#rest === '' ? [] : [this.#rest];
    }
    // The recordings are ASCII, so a chunk border never cuts a character in two.
    const lines = (this.#rest + chunk.toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines;
  }

  async close(): Promise<void> {
    this.#done = true;
    this.#file.destroy();
    this.#text.destroy();
  }

  async #nextChunk(): Promise<Buffer | null> {
    try {
      const { value, done } = await this.#chunks.next();
      return done === true ? null : value;
    } catch (error) {
      throw recordingError(this.#path, `cannot be read: ${errorText(error)}`, error);
    }
  }
}

export const recordingError = (path: string, problem: string, cause?: unknown): MtradeError =>
  new MtradeError(
    'MTRADE_CONFIG',
    `recording ${path} ${problem}`,
    { key: 'paper.feed', file: path },
    cause === undefined ? undefined : { cause },
  );

/** The first `count` lines, for a look at what the file is. */
export async function firstLines(path: string, count: number): Promise<readonly string[]> {
  const reader = new LineReader(path);
  const lines: string[] = [];
  try {
    while (!reader.done && lines.length < count) lines.push(...(await reader.read()));
  } finally {
    await reader.close();
  }
  return lines.slice(0, count);
}
