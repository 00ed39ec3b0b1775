import { MtradeError } from '@mtrade/base';

/** One page of history, the newest first. */
export interface Page<T> {
  readonly rows: readonly T[];
  /** Continues after the last row when given as `before`; null at the end of history. */
  readonly next: string | null;
}

/** What a look at history is limited to; every bound may be missing. */
export interface PageFilter {
  readonly symbol?: string;
  /** Unix ms, inclusive. */
  readonly fromMs?: number;
  /** Unix ms, exclusive. */
  readonly untilMs?: number;
  /** `next` of the page before. */
  readonly before?: string;
  /** 1 to 1,000; 100 when missing. */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

export function pageLimit(limit = DEFAULT_LIMIT): number {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw new MtradeError('MTRADE_USAGE', `limit is a whole number from 1 to ${MAX_LIMIT}, not ${limit}`, {});
  return limit;
}

/** `12.7.t-5` is row (12, 7, 't-5'): as many whole numbers as the order has, and last, where it has one, a text. */
export function parseCursor(cursor: string, numbers: number, hasText: boolean): readonly (number | string)[] {
  const parts = cursor.split('.');
  const values = parts.slice(0, numbers).map(Number);
  const rest = parts.slice(numbers).join('.');
  if (values.length < numbers || !values.every(Number.isSafeInteger) || (rest !== '') !== hasText)
    throw new MtradeError(
      'MTRADE_USAGE',
      `${JSON.stringify(cursor)} is no place in history; use \`next\` of an answer`,
      {},
    );
  return hasText ? [...values, rest] : values;
}

/** One row more than asked for tells whether there is a next page. */
export function toPage<Row>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => string,
): { rows: readonly Row[]; next: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { rows: shown, next: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}

/** The conditions that are there, joined, and their values in order. */
export function whereOf(conditions: readonly (readonly [sql: string, values: readonly unknown[]] | null)[]): {
  readonly sql: string;
  readonly values: readonly unknown[];
} {
  const present = conditions.filter((condition) => condition !== null);
  return {
    sql: present.length === 0 ? '' : `WHERE ${present.map(([sql]) => sql).join(' AND ')}`,
    values: present.flatMap(([, values]) => values),
  };
}

export const when = (value: unknown, sql: string): readonly [string, readonly unknown[]] | null =>
  value === undefined ? null : [sql, [value]];
