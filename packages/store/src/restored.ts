import { RESTORED_MARK } from '@mtrade/cycle';
import type { Database } from 'better-sqlite3';

const NOT_COMPARED = `${RESTORED_MARK} these books end at`;

/** Is this the attention of a pair that has not been compared with the exchange since the restore? */
export const isNotCompared = (attention: string | null): boolean =>
  attention?.startsWith(NOT_COMPARED) ?? false;

/** Books that came out of a backup and have not been compared with the exchange yet. Unix ms. */
export interface Restored {
  /** The last moment that the backup knows of. */
  readonly booksMs: number;
  readonly restoredMs: number;
}

export const readRestored = (db: Database): Restored | null =>
  db.prepare<[], Restored>('SELECT books_ms AS booksMs, restored_ms AS restoredMs FROM restored').get() ??
  null;

/** The latest time that the rows speak of: what happened after it is not in these books. */
export const lastChangeMs = (db: Database): number =>
  db
    .prepare<[], number>(
      `SELECT max(coalesce((SELECT started_ms FROM lease), 0),
                  coalesce((SELECT max(epoch_ms) FROM journal), 0),
                  (SELECT created_ms FROM meta))`,
    )
    .pluck()
    .get() as number;

/**
 * Marks the books as restored: from here on no pair of them trades until it was compared with the exchange. An
 * attention that was there before stays readable behind the mark.
 */
export function markRestored(db: Database, restored: Restored): void {
  const since = new Date(restored.booksMs).toISOString();
  const reason = `${NOT_COMPARED} ${since} and have not been compared with the exchange yet`;
  db.prepare(
    `INSERT INTO restored (id, books_ms, restored_ms) VALUES (1, @booksMs, @restoredMs)
     ON CONFLICT (id) DO UPDATE SET books_ms = min(books_ms, excluded.books_ms), restored_ms = excluded.restored_ms`,
  ).run(restored);
  db.prepare(
    `UPDATE pair SET attention = @reason || CASE WHEN attention IS NULL THEN '' ELSE '; before: ' || attention END
     WHERE attention IS NULL OR attention NOT GLOB '${RESTORED_MARK}*'`,
  ).run({ reason });
  db.prepare('INSERT INTO journal (epoch_ms, symbol, event, details) VALUES (?, NULL, ?, ?)').run(
    restored.restoredMs,
    'books.restored',
    JSON.stringify(restored),
  );
}
