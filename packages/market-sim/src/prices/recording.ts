import type { PairSpec } from '../core/types.js';
import { type LineCounts, noLines } from './line-counts.js';
import { recordingError } from './line-reader.js';
import { type OpenedFile, type Track, filesOf, openFile } from './recorded-files.js';
import type { PriceLosses, PriceSource, PriceStep } from './source.js';

/** A track with fewer steps in memory asks for more. */
const LOW_WATER = 64;

export interface RecordingOptions {
  /** One file, or a folder of them: candle CSV, recorded socket frames, or what `mtrade record` wrote; plain or gzip. */
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

/**
 * Plays recordings back on their own time axis, all files merged by time. Files are streamed: what is in memory does
 * not depend on their length. Silence in the recording is silence here.
 */
export class RecordingSource implements PriceSource {
  readonly kind = 'recording';
  readonly pairs: readonly PairSpec[];
  /** Every pair that the recording has, also those that nobody asked for. */
  readonly recorded: readonly string[];
  readonly #tracks: readonly Track[];
  readonly #counts: LineCounts;
  readonly #fromMs: number;
  #linesRead = 0;
  #passed = 0;
  #startMs = 0;
  /** Moment of the last step that was given. */
  #atMs = 0;
  /** Up to here all steps of all pairs have been given. */
  #doneMs = 0;

  private constructor(files: readonly OpenedFile[], counts: LineCounts, fromMs: number) {
    const specs = files.flatMap((file) => file.specs.map((spec) => [spec.symbol, spec] as const));
    this.pairs = [...new Map(specs).values()];
    this.recorded = [...new Set(files.flatMap((file) => file.symbols))];
    this.#tracks = files.flatMap((file) => file.track ?? []);
    this.#counts = counts;
    this.#fromMs = fromMs;
  }

  /** Looks at every file, learns the pairs, reads the first steps. Refuses what it cannot read with MTRADE_CONFIG. */
  static async open({ path, symbols, position }: RecordingOptions): Promise<RecordingSource> {
    const files = await filesOf(path);
    const isWanted = (symbol: string): boolean => symbols === undefined || symbols.includes(symbol);
    const counts = noLines();
    const opened: OpenedFile[] = [];
    for (const file of files) opened.push(await openFile(file, isWanted, counts));
    const fromMs = isPosition(position) ? position.atMs : -Infinity;
    const source = new RecordingSource(opened, counts, fromMs);
    if (source.pairs.length === 0) throw recordingError(path, holdsOnly(source.recorded, symbols));
    await source.prepare();
    const heads = source.#tracks.flatMap((track) => track.steps[track.head]?.atMs ?? []);
    source.#startMs = heads.length === 0 ? Math.max(0, fromMs) : Math.min(...heads);
    // Behind the end there is no first step; where the last run stood is still where this one stands.
    source.#atMs = Math.max(fromMs, source.#startMs - 1);
    source.#doneMs = source.#atMs;
    return source;
  }

  /** The moment of the first step, on the recording's clock. */
  get startMs(): number {
    return this.#startMs;
  }

  /** `read` is the sum of the others once the recording has ended. */
  get lines(): Readonly<LineCounts> & { readonly read: number } {
    return { read: this.#linesRead, ...this.#counts };
  }

  get losses(): PriceLosses {
    return { malformed: this.#counts.malformed, skipped: this.#passed };
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
      if (step.atMs > this.#atMs) [this.#doneMs, this.#atMs] = [this.#atMs, step.atMs];
      steps.push(step);
    }
    return steps;
  }

  /** Never behind a moment of which some pair's step is still to come: that one is given twice rather than never. */
  position(): RecordingPosition {
    const track = this.#earliest();
    const isDone = track === null ? this.ended : (track.steps[track.head]?.atMs ?? 0) > this.#atMs;
    return { kind: 'recording', atMs: isDone ? this.#atMs : this.#doneMs };
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
      this.#linesRead += lines.length;
      const steps = lines.flatMap(track.parse);
      const fresh = steps.filter((step) => step.atMs > this.#fromMs);
      this.#passed += steps.length - fresh.length;
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

const holdsOnly = (recorded: readonly string[], symbols: readonly string[] = []): string =>
  recorded.length === 0
    ? 'holds no prices'
    : `holds none of ${symbols.join(', ')}; it has ${recorded.join(', ')}`;
