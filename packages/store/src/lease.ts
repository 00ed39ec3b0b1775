import { createHash, randomBytes } from 'node:crypto';
import type { Database } from 'better-sqlite3';

/** Base 32 after Crockford, in the letters that every exchange takes in a client order id. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** Four letters, 20 bits: random, or fixed by a seed so that a simulation repeats itself. */
export function fourLetters(seed?: string): string {
  const bytes = seed === undefined ? randomBytes(4) : createHash('sha256').update(seed).digest();
  return Array.from(bytes.subarray(0, 4), (byte) => ALPHABET[byte & 31]).join('');
}

/** Who holds the books from now on. */
export interface LeaseHolder {
  readonly pid: number;
  readonly bootId: string;
  /** Start of the process in the system's own unit; together with pid and boot id it names one process for ever. */
  readonly processStart: string;
  readonly startedMs: number;
}

export interface Lease {
  readonly epoch: number;
  readonly startNonce: string;
}

/**
 * Takes the books over: a higher epoch and a new nonce. Whoever wrote before is fenced, and no client order id made
 * under the new nonce was ever used, not even when the file is an old backup.
 */
export function takeLease(db: Database, holder: LeaseHolder, seed?: string): Lease {
  return db
    .transaction((): Lease => {
      const epoch = (readEpoch(db) ?? 0) + 1;
      const startNonce = fourLetters(seed === undefined ? undefined : `${seed}/${epoch}`);
      db.prepare(
        `INSERT INTO lease (id, epoch, start_nonce, pid, boot_id, process_start, started_ms)
         VALUES (1, @epoch, @startNonce, @pid, @bootId, @processStart, @startedMs)
         ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, start_nonce = excluded.start_nonce, pid = excluded.pid,
           boot_id = excluded.boot_id, process_start = excluded.process_start, started_ms = excluded.started_ms`,
      ).run({ ...holder, epoch, startNonce });
      return { epoch, startNonce };
    })
    .immediate();
}

export const readEpoch = (db: Database): number | undefined =>
  db.prepare<[], number>('SELECT epoch FROM lease').pluck().get();
