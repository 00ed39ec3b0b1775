import { stat, statfs } from 'node:fs/promises';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/** What the process itself takes, and has left. */
export interface Vitals {
  readonly residentBytes: number;
  /** User and system time of all threads. */
  readonly cpuSeconds: number;
  /** How late the main thread's timers came, in the last quarter of a minute and since; null before the first. */
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

/** A timer that fires this often and is watched: each time wakes the main thread. */
const RESOLUTION_MS = 500;
const SECONDS_PER_NS = 1e-9;
const LAG_WINDOW_MS = 15_000;
const DISK_EVERY_MS = 10_000;

/**
 * Watches the process for metrics. Nothing here waits for a disk: a look at it begins with a scrape, and the next scrape
 * has the answer.
 */
export class VitalsWatch {
  readonly #options: VitalsOptions;
  readonly #lag: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #lagMono = 0;
  #lastLag: Vitals['loopLag'] = null;
  #disk: Disk = { freeBytes: null, databaseBytes: null };
  #diskMono = Number.NEGATIVE_INFINITY;
  #isLooking = false;

  constructor(options: VitalsOptions) {
    this.#options = options;
    this.#lag.enable();
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
    this.#lag.disable();
  }

  #loopLag(nowMono: number): Vitals['loopLag'] {
    // A scrape right after the start finds nothing yet; the next one looks again and not a window later.
    if (nowMono - this.#lagMono < LAG_WINDOW_MS || this.#lag.count === 0) return this.#lastLag;
    this.#lagMono = nowMono;
    const { max } = this.#lag;
    this.#lastLag = { p99Seconds: lateness(this.#lag.percentile(99)), maxSeconds: lateness(max) };
    this.#lag.reset();
    return this.#lastLag;
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

/** The histogram holds the time between two firings. */
const lateness = (betweenNs: number): number =>
  Math.max(0, betweenNs * SECONDS_PER_NS - RESOLUTION_MS / 1_000);
