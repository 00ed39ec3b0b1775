import { stringify } from 'csv-stringify/sync';
import { TRADE_COLUMNS, type TradeRecord } from './trade-record.js';

export type ExportFormat = 'csv' | 'jsonl';

/** How records become text: what stands before the first one, and a whole batch of them. */
export interface Writer {
  readonly head: string;
  readonly batch: (records: readonly TradeRecord[]) => string;
}

const NUMBER = /^-?\d+(?:\.\d+)?$/;
const FORMULA = /^[=+\-@\t\r]/;

/**
 * A spreadsheet runs a cell that begins with one of these as a formula, whoever wrote it: a name that the exchange made
 * up, for example. An apostrophe makes it a text. A negative number is none and stays as it is.
 */
export const harmless = (cell: string): string =>
  FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;

const cells = (record: TradeRecord): string[] =>
  TRADE_COLUMNS.map((column) => harmless(String(record[column] ?? '')));

const csv: Writer = {
  head: stringify([TRADE_COLUMNS]),
  batch: (records) => stringify(records.map(cells)),
};

const jsonl: Writer = {
  head: '',
  batch: (records) => records.map((record) => `${JSON.stringify(record)}\n`).join(''),
};

export const WRITERS: Readonly<Record<ExportFormat, Writer>> = { csv, jsonl };
