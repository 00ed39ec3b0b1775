import { MtradeError, assert, errorText } from '@mtrade/base';
import { closeSync, openSync, renameSync, rmSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ExchangeRecord, ExchangeSnapshot } from '../core/types.js';
import { snapshotText } from './snapshot-text.js';
import { draftOf, flushed, folderFlushed, writeFully, writeWholeFlushed } from './whole-file.js';

/** A file of this size is worth compacting. */
const COMPACT_AT_BYTES = 16 * 1024 * 1024;
/** ... unless most of it is what was kept last time anyway: the cost stays in proportion to what is written. */
const GROWTH = 4;
/** A part of a snapshot is serialized and written in about a millisecond. */
const ROWS_AT_ONCE = 256;

export interface JournalOptions {
  readonly path: string;
  /** Size beyond which the file is compacted while it is in use; Infinity for never. Default 16 MB. */
  readonly compactAtBytes?: number | undefined;
  /** Orders or trades that are written without a pause. Default 256. */
  readonly rowsAtOnce?: number | undefined;
}

export interface JournalDeps {
  /** The exchange as the records up to now have made it. */
  readonly snapshot: () => ExchangeSnapshot;
  /** A record is not safe on disk. Nothing more may be answered. */
  readonly onLost: (error: MtradeError) => void;
  /** A compaction was given up; the journal is whole and goes on growing. */
  readonly onProblem: (reason: string) => void;
}

/** A compaction under way. */
interface Draft {
  readonly file: number;
  bytes: number;
  /** Records since the snapshot was taken; null once they go straight into the draft. */
  waiting: string[] | null;
}

/**
 * One line for a snapshot, then one for each record, in a file of bounded size. While records go on coming, a new file
 * is written beside the old one: a part of the snapshot at a time, then the records since. Until the rename the old
 * file is complete, after it the new one; both are written from the moment the new one has caught up. So a kill
 * between any two steps finds every record in the file that has the name.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #deps: JournalDeps;
  readonly #compactAtBytes: number;
  #file: number | null;
  #bytes: number;
  #limitBytes: number;
  #draft: Draft | null = null;
  #compacting: Promise<void> | null = null;

  /** Begins with a fresh file that holds the present snapshot. */
  constructor(options: JournalOptions, deps: JournalDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#compactAtBytes = options.compactAtBytes ?? COMPACT_AT_BYTES;
    this.#bytes = writeWholeFlushed(options.path, snapshotText(deps.snapshot(), this.#rowsAtOnce));
    this.#limitBytes = this.#limitAfter(this.#bytes);
    this.#file = openSync(options.path, 'a');
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** On disk (not on the platter) when it returns. Throws MTRADE_DISK, and then nobody may hear of the record. */
  append(record: ExchangeRecord): void {
    const line = `${JSON.stringify(record)}\n`;
    assert(this.#file !== null, 'the journal is closed: nothing may happen on its exchange any more');
    try {
      this.#bytes += writeFully(this.#file, line);
    } catch (error) {
      throw this.#lost(error);
    }
    this.#appendToDraft(line);
    if (this.#bytes > this.#limitBytes) this.#compacting ??= this.#compact();
  }

  /** Settles when no compaction is under way. */
  async settled(): Promise<void> {
    await this.#compacting;
  }

  close(): void {
    this.#abandonDraft();
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  get #rowsAtOnce(): number {
    return this.#options.rowsAtOnce ?? ROWS_AT_ONCE;
  }

  #limitAfter(snapshotBytes: number): number {
    return Math.max(this.#compactAtBytes, GROWTH * snapshotBytes);
  }

  #appendToDraft(line: string): void {
    const draft = this.#draft;
    if (draft === null) return;
    if (draft.waiting !== null) {
      draft.waiting.push(line);
      return;
    }
    try {
      draft.bytes += writeFully(draft.file, line);
    } catch (error) {
      // The record is safe in the file that has the name; only the compaction is lost.
      this.#giveUp(error);
    }
  }

  async #compact(): Promise<void> {
    try {
      // The record that made the file too long belongs to a change that is not over yet.
      await nextTurn();
      if (!(await this.#writeDraft())) return;
      this.#takeOver();
      await folderFlushed(this.#options.path);
    } catch (error) {
      this.#giveUp(error);
    } finally {
      this.#compacting = null;
    }
  }

  /** False when the draft was abandoned meanwhile. */
  async #writeDraft(): Promise<boolean> {
    if (this.#file === null) return false;
    const draft: Draft = { file: openSync(draftOf(this.#options.path), 'w', 0o600), bytes: 0, waiting: [] };
    this.#draft = draft;
    for (const part of snapshotText(this.#deps.snapshot(), this.#rowsAtOnce)) {
      draft.bytes += writeFully(draft.file, part);
      await nextTurn();
      if (this.#draft !== draft) return false;
    }
    const snapshotBytes = draft.bytes;
    const waiting = draft.waiting ?? [];
    draft.waiting = null;
    draft.bytes += writeFully(draft.file, waiting.join(''));
    await flushed(draft.file);
    if (this.#draft !== draft) return false;
    this.#limitBytes = this.#limitAfter(snapshotBytes);
    return true;
  }

  #takeOver(): void {
    const { path } = this.#options;
    if (this.#draft === null || this.#file === null) return;
    renameSync(draftOf(path), path);
    closeSync(this.#file);
    this.#file = this.#draft.file;
    this.#bytes = this.#draft.bytes;
    this.#draft = null;
  }

  #giveUp(error: unknown): void {
    this.#abandonDraft();
    if (this.#file === null) return;
    // Not again with the next record, but after as much growth as makes a new attempt worth it.
    this.#limitBytes = this.#bytes + this.#compactAtBytes;
    this.#deps.onProblem(`${this.#options.path} was not compacted: ${errorText(error)}`);
  }

  #abandonDraft(): void {
    if (this.#draft === null) return;
    closeSync(this.#draft.file);
    this.#draft = null;
    rmSync(draftOf(this.#options.path), { force: true });
  }

  #lost(cause: unknown): MtradeError {
    const { path } = this.#options;
    // From here on the exchange knows something that the file does not: it must never be written out.
    this.close();
    const message = `the paper exchange cannot write ${path}: ${errorText(cause)}`;
    const error = new MtradeError('MTRADE_DISK', message, { path, fatal: true }, { cause });
    this.#deps.onLost(error);
    return error;
  }
}
