import { stat, statfs } from 'node:fs/promises';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { everySeconds } from '../every-seconds.js';

/** What the process itself takes, and has left. */
export interface Vitals {
  readonly residentBytes: number;
  /** User and system time of all threads. */
  readonly cpuSeconds: number;
  /** How late the main thread’s timer of each second came, in the last quarter of a minute and since; null before the first. */
  readonly loopLag: { readonly p99Seconds: number; readonly maxSeconds: number } | null;
  /** Null until it is known, or when it cannot be read. */
  readonly freeBytes: number | null;
  readonly databaseBytes: number | null;
}

export interface VitalsOptions {
  readonly dataDir: string;
  readonly databasePath: string;
}

interface Disk {
  readonly freeBytes: number | null;
  readonly databaseBytes: number | null;
}

const LOOK_EVERY_S = 1;
const US_PER_MS = 1_000;
const SECONDS_PER_US = 1e-6;
/** What is later still counts as this: the thread has stood still. */
const LONGEST_US = 60_000_000;
const LAG_WINDOW_MS = 15_000;
const DISK_EVERY_MS = 10_000;

/**
 * Watches the process for metrics. Nothing here waits for a disk: a look at it begins with a scrape, and the next scrape
 * has the answer.
 */
export class VitalsWatch {
  readonly #options: VitalsOptions;
  /** How late each of the thread's seconds came, us. */
  readonly #lag: RecordableHistogram = createHistogram({ highest: LONGEST_US, figures: 2 });
  readonly #endLooks: () => void;
  #lookedMono = performance.now();
  #lagMono = 0;
  #lastLag: Vitals['loopLag'] = null;
  #disk: Disk = { freeBytes: null, databaseBytes: null };
  #diskMono = Number.NEGATIVE_INFINITY;
  #isLooking = false;

  constructor(options: VitalsOptions) {
    this.#options = options;
    this.#endLooks = everySeconds(LOOK_EVERY_S, () => this.#noteLateness(performance.now()));
    void this.#look();
  }

  read(nowMono: number): Vitals {
    if (nowMono - this.#diskMono >= DISK_EVERY_MS) {
      this.#diskMono = nowMono;
      void this.#look();
    }
    const { user, system } = process.cpuUsage();
    return {
      residentBytes: process.memoryUsage.rss(),
      cpuSeconds: (user + system) / 1e6,
      loopLag: this.#loopLag(nowMono),
      ...this.#disk,
    };
  }

  close(): void {
    this.#endLooks();
  }

  #loopLag(nowMono: number): Vitals['loopLag'] {
    // A scrape right after the start finds nothing yet; the next one looks again and not a window later.
    if (nowMono - this.#lagMono < LAG_WINDOW_MS || this.#lag.count === 0) return this.#lastLag;
    this.#lagMono = nowMono;
    this.#lastLag = {
      p99Seconds: this.#lag.percentile(99) * SECONDS_PER_US,
      maxSeconds: this.#lag.max * SECONDS_PER_US,
    };
    this.#lag.reset();
    return this.#lastLag;
  }

  #noteLateness(nowMono: number): void {
    const lateMs = nowMono - this.#lookedMono - LOOK_EVERY_S * 1_000;
    this.#lookedMono = nowMono;
    this.#lag.record(Math.min(LONGEST_US, Math.max(1, Math.round(lateMs * US_PER_MS))));
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { dataDir, databasePath } = this.#options;
    const [free, database] = await Promise.all([
      statfs(dataDir).then(
        ({ bavail, bsize }) => bavail * bsize,
        () => null,
      ),
      Promise.all([sizeOf(databasePath), sizeOf(`${databasePath}-wal`)]),
    ]);
    const sizes = database.filter((size) => size !== null);
    this.#disk = {
      freeBytes: free,
      databaseBytes: sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0),
    };
    this.#isLooking = false;
  }
}

const sizeOf = (path: string): Promise<number | null> =>
  stat(path).then(
    ({ size }) => size,
    () => null,
  );
