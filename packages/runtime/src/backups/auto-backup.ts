import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Clock, errorText, MtradeError, type WireError } from '@mtrade/base';
import type { Logger } from '@mtrade/log';
import { backupDirectory, backupName, listBackups, pruneBackups } from '@mtrade/store';

export interface AutoBackupOptions {
  readonly databasePath: string;
  readonly dataDir: string;
  /** 0: never. */
  readonly everyHours: number;
  readonly keep: number;
  readonly firstAfterS: number;
}

export interface AutoBackupDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Null: the last one is good. */
  readonly onResult: (failure: string | null) => void;
}

/** What `mtrade status --json` shows under `backup`. */
export interface BackupStatus {
  readonly last_at: string | null;
  readonly last_error: string | null;
  readonly kept: number;
}

const LOOK_EVERY_MS = 60_000;
const RETRY_AFTER_MS = 600_000;
/** A copy that is not ready by then hangs on a disk that does not answer. */
const LIMIT_MS = 900_000;

/**
 * Copies the books of the running engine now and then, on a thread that lives for one copy. When the next one is due is
 * read from the names of the files, so restarts neither skip nor repeat one.
 */
export class AutoBackup {
  readonly #options: AutoBackupOptions;
  readonly #deps: AutoBackupDeps;
  #timer: NodeJS.Timeout | null = null;
  #worker: Worker | null = null;
  #lastError: string | null = null;
  #retryMono = Number.NEGATIVE_INFINITY;

  constructor(options: AutoBackupOptions, deps: AutoBackupDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  start(): void {
    if (this.#options.everyHours > 0) this.#lookIn(this.#options.firstAfterS * 1_000);
  }

  status(): BackupStatus {
    const files = this.#files();
    return {
      last_at: files[0] ? new Date(files[0].takenMs).toISOString() : null,
      last_error: this.#lastError,
      kept: files.length,
    };
  }

  /** A copy that is being made is given up; its draft is cleared away by a later one. */
  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#worker?.terminate();
  }

  #files(): ReturnType<typeof listBackups> {
    try {
      return listBackups(backupDirectory(this.#options.dataDir)).filter(({ kind }) => kind === 'auto');
    } catch {
      return [];
    }
  }

  #lookIn(ms: number): void {
    this.#timer = setTimeout(() => void this.#look(), ms);
  }

  async #look(): Promise<void> {
    if (this.#isDue()) await this.#run();
    if (this.#timer !== null) this.#lookIn(LOOK_EVERY_MS);
  }

  #isDue(): boolean {
    const { clock } = this.#deps;
    if (clock.monoMs() < this.#retryMono) return false;
    const newest = this.#files()[0];
    const now = clock.epochMs();
    // A copy from the future means that the clock was wrong once; that must not stop all later ones.
    return !newest || newest.takenMs > now || now - newest.takenMs >= this.#options.everyHours * 3_600_000;
  }

  async #run(): Promise<void> {
    const { clock, log, onResult } = this.#deps;
    const { dataDir, databasePath, keep } = this.#options;
    const target = join(backupDirectory(dataDir), backupName(clock.epochMs(), 'auto'));
    try {
      const pages = await this.#copy(databasePath, target);
      const dropped = pruneBackups(backupDirectory(dataDir), 'auto', keep, clock.epochMs());
      this.#lastError = null;
      log.info({ target, pages, dropped: dropped.length }, 'the books were backed up');
      onResult(null);
    } catch (error) {
      if (this.#timer === null) return;
      this.#lastError = errorText(error);
      this.#retryMono = clock.monoMs() + RETRY_AFTER_MS;
      log.error({ target, error: this.#lastError }, 'the automatic backup failed');
      onResult(this.#lastError);
    }
  }

  #copy(source: string, target: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(new URL('../workers/backup.worker.js', import.meta.url), {
        name: 'backup',
        workerData: { source, target },
      });
      this.#worker = worker;
      const timer = setTimeout(() => void worker.terminate(), LIMIT_MS);
      worker.on('message', ({ pages, error }: { pages?: number; error?: WireError }) =>
        error ? reject(MtradeError.fromWire(error)) : resolve(pages ?? 0),
      );
      worker.on('error', reject);
      worker.on('exit', () => {
        clearTimeout(timer);
        this.#worker = null;
        reject(new Error('the backup was cut off'));
      });
    });
  }
}
