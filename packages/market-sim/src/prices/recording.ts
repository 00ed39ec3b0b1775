import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errorText } from '@mtrade/base';
import type { PairSpec } from '../core/types.js';
import { LineReader, firstLines, recordingError } from './line-reader.js';
import { intervalOf, parseCandle, specFromCandles, walkCandle } from './recorded-candles.js';
import { FrameParser, isFrameLine, specsFromFrames } from './recorded-frames.js';
import { symbolOf } from './recorded-symbols.js';
import type { PriceSource, PriceStep } from './source.js';

/** How many lines of a file are looked at to learn its format and the precision of its pairs. */
const SAMPLE_LINES = 3_000;
/** A track with fewer steps in memory asks for more. */
const LOW_WATER = 64;

export interface RecordingOptions {
  /** One file, or a folder of them: candle CSV (plain or gzip) or recorded socket frames. */
  readonly path: string;
  /** Only these pairs; all of the recording when absent. */
  readonly symbols?: readonly string[];
  /** Goes on after this moment of the recording. A position that is not one is ignored. */
  readonly position?: unknown;
}

export interface RecordingPosition {
  readonly kind: 'recording';
  readonly atMs: number;
}

/** One file being read: its steps in time order, a few at a time. */
interface Track {
  readonly reader: LineReader;
  readonly parse: (line: string) => readonly PriceStep[];
  steps: PriceStep[];
  head: number;
}

interface OpenedFile {
  readonly specs: readonly PairSpec[];
  readonly track: Track;
}

/**
 * Plays recordings back on their own time axis, all files merged by time. Files are streamed: what is in memory does
 * not depend on their length. Silence in the recording is silence here.
 */
export class RecordingSource implements PriceSource {
  readonly kind = 'recording';
  readonly pairs: readonly PairSpec[];
  readonly #tracks: readonly Track[];
  readonly #fromMs: number;
  #startMs = 0;
  #atMs = 0;

  private constructor(pairs: readonly PairSpec[], tracks: readonly Track[], fromMs: number) {
    this.pairs = pairs;
    this.#tracks = tracks;
    this.#fromMs = fromMs;
  }

  /** Looks at every file, learns the pairs, reads the first steps. Refuses what it cannot read with MTRADE_CONFIG. */
  static async open({ path, symbols, position }: RecordingOptions): Promise<RecordingSource> {
    const files = await filesOf(path);
    const isWanted = (symbol: string): boolean => symbols === undefined || symbols.includes(symbol);
    const opened: OpenedFile[] = [];
    for (const file of files) {
      const one = await openFile(file, isWanted);
      if (one !== null) opened.push(one);
    }
    const specs = new Map(opened.flatMap((one) => one.specs.map((spec) => [spec.symbol, spec] as const)));
    if (specs.size === 0) throw recordingError(path, 'holds none of the pairs that are asked for');
    const fromMs = isPosition(position) ? position.atMs : -Infinity;
    const source = new RecordingSource(
      [...specs.values()],
      opened.map((one) => one.track),
      fromMs,
    );
    await source.prepare();
    const heads = source.#tracks.flatMap((track) => track.steps[track.head]?.atMs ?? []);
    source.#startMs = heads.length === 0 ? Math.max(0, fromMs) : Math.min(...heads);
    source.#atMs = source.#startMs - 1;
    return source;
  }

  /** The moment of the first step, on the recording's clock. */
  get startMs(): number {
    return this.#startMs;
  }

  get ended(): boolean {
    return this.#tracks.every((track) => track.reader.done && track.head >= track.steps.length);
  }

  get needsPrepare(): boolean {
    return this.#tracks.some(isLow);
  }

  /** Reads on wherever a track runs low. Answers at once when none does. */
  async prepare(): Promise<void> {
    await Promise.all(this.#tracks.map((track) => this.#fill(track)));
  }

  next(toMs: number, limit: number): readonly PriceStep[] {
    const steps: PriceStep[] = [];
    while (steps.length < limit) {
      const track = this.#earliest();
      const step = track?.steps[track.head];
      if (track === null || step === undefined || step.atMs > toMs) break;
      track.head += 1;
      this.#atMs = step.atMs;
      steps.push(step);
    }
    return steps;
  }

  position(): RecordingPosition {
    return { kind: 'recording', atMs: this.#atMs };
  }

  async close(): Promise<void> {
    await Promise.all(this.#tracks.map((track) => track.reader.close()));
  }

  /** The track whose next step comes first; null while any track might still have an earlier one on disk. */
  #earliest(): Track | null {
    let earliest: Track | null = null;
    let earliestMs = Infinity;
    for (const track of this.#tracks) {
      const step = track.steps[track.head];
      if (step === undefined) {
        if (track.reader.done) continue;
        return null;
      }
      if (step.atMs < earliestMs) [earliest, earliestMs] = [track, step.atMs];
    }
    return earliest;
  }

  async #fill(track: Track): Promise<void> {
    while (isLow(track)) {
      const lines = await track.reader.read();
      const fresh = lines.flatMap(track.parse).filter((step) => step.atMs > this.#fromMs);
      track.steps = [...track.steps.slice(track.head), ...fresh];
      track.head = 0;
    }
  }
}

const isLow = (track: Track): boolean => !track.reader.done && track.steps.length - track.head < LOW_WATER;

const isPosition = (value: unknown): value is RecordingPosition =>
  typeof value === 'object' &&
  value !== null &&
  (value as RecordingPosition).kind === 'recording' &&
  Number.isFinite((value as RecordingPosition).atMs);

async function filesOf(path: string): Promise<readonly string[]> {
  try {
    const info = await stat(path);
    if (!info.isDirectory()) return [path];
    const names = await readdir(path);
    return names
      .filter((name) => /\.(?:csv|gz)$/.test(name))
      .toSorted()
      .map((name) => join(path, name));
  } catch (error) {
    throw recordingError(path, `cannot be opened: ${errorText(error)}`, error);
  }
}

/** Null when the file holds no wanted pair. */
async function openFile(path: string, isWanted: (symbol: string) => boolean): Promise<OpenedFile | null> {
  const symbol = symbolOf(basename(path));
  const isCandleName = /\.csv(?:\.gz)?$/.test(path);
  // The name alone rules a candle file out, without reading it.
  if (isCandleName && symbol !== null && !isWanted(symbol)) return null;
  const sample = await firstLines(path, SAMPLE_LINES);
  if (sample.some(isFrameLine)) {
    const parser = new FrameParser();
    const specs = specsFromFrames(sample).filter((spec) => isWanted(spec.symbol));
    const parse = (line: string): readonly PriceStep[] => {
      const step = parser.parse(line);
      return step !== null && isWanted(step.symbol) ? [step] : [];
    };
    return specs.length === 0 ? null : { specs, track: newTrack(path, parse) };
  }
  const rows = sample.flatMap((line) => parseCandle(line) ?? []);
  if (rows.length === 0) throw recordingError(path, 'is neither a candle file nor recorded frames');
  if (symbol === null)
    throw recordingError(path, 'does not name its pair: the file name must begin like BTCUSDT');
  if (!isWanted(symbol)) return null;
  const intervalMs = intervalOf(rows);
  const parse = (line: string): readonly PriceStep[] => {
    const row = parseCandle(line);
    return row === null ? [] : walkCandle(symbol, row, intervalMs);
  };
  return { specs: [specFromCandles(symbol, rows)], track: newTrack(path, parse) };
}

const newTrack = (path: string, parse: Track['parse']): Track => ({
  reader: new LineReader(path),
  parse,
  steps: [],
  head: 0,
});
