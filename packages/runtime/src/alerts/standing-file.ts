import { readFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { errorText } from '@mtrade/base';
import type { Logger } from '@mtrade/log';
import { CONDITIONS } from './alert.js';
import type { StandingRecord } from './conditions.js';

export const STANDING_FILE = 'alerts.json';

/**
 * Which alerts stand, over restarts: an engine that is started again every few seconds must not repeat itself, and what
 * was raised before a crash must be resolved after it. A file that cannot be read or written costs exactly that.
 */
export class StandingFile {
  readonly #path: string;
  readonly #log: Logger;
  #written = '';
  #next: (() => readonly StandingRecord[]) | null = null;
  #writing: Promise<void> | null = null;

  constructor(path: string, log: Logger) {
    this.#path = path;
    this.#log = log;
  }

  read(): readonly StandingRecord[] {
    try {
      this.#written = readFileSync(this.#path, 'utf8');
      const list: unknown = JSON.parse(this.#written);
      return Array.isArray(list) ? list.filter(isRecord) : [];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#log.warn(
          { error: errorText(error) },
          'the list of standing alerts cannot be read; it begins anew',
        );
      return [];
    }
  }

  /** Never waits. The list is asked for when the disk is ready for it: however often it changes, the newest is written. */
  write(standing: () => readonly StandingRecord[]): void {
    this.#next = standing;
    this.#writing ??= this.#run().finally(() => {
      this.#writing = null;
    });
  }

  async settled(): Promise<void> {
    await this.#writing;
  }

  async #run(): Promise<void> {
    // What happens in one go is one write.
    await Promise.resolve();
    while (this.#next !== null) {
      const text = `${JSON.stringify(this.#next())}\n`;
      this.#next = null;
      if (text === this.#written) continue;
      const draft = `${this.#path}.${process.pid}.tmp`;
      try {
        await writeFile(draft, text, { mode: 0o600 });
        await rename(draft, this.#path);
        this.#written = text;
      } catch (error) {
        this.#log.warn({ error: errorText(error) }, 'the list of standing alerts cannot be written');
        await rm(draft, { force: true }).catch(() => undefined);
      }
    }
  }
}

function isRecord(value: unknown): value is StandingRecord {
  const { id, condition, symbol, text, sinceMs } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof id === 'string' &&
    typeof condition === 'string' &&
    Object.hasOwn(CONDITIONS, condition) &&
    (symbol === null || typeof symbol === 'string') &&
    typeof text === 'string' &&
    typeof sinceMs === 'number'
  );
}
