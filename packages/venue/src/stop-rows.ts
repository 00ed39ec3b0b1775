import type { EpochMs } from '@mtrade/base';
import type { StopEvidence, StopStatus } from '@mtrade/engine';
import {
  MalformedAnswer,
  type Row,
  amountField,
  asRow,
  decimalField,
  idField,
  optional,
  textField,
} from './answer.js';
import { pairOf } from './rows.js';

const STATUS: Readonly<Record<string, StopStatus>> = {
  open: 'open',
  cancelled: 'cancelled',
  // In older answers.
  canceled: 'cancelled',
  finish: 'fired',
  failed: 'failed',
  expired: 'expired',
};

/** Gate sends a number, and next to it text where a double could not hold it. */
export const stopIdField = (row: Row): string => optional(row, 'id_string', textField) ?? idField(row, 'id');

/**
 * One price-triggered order of a pair as the exchange tells it; null when it is none that sells on the way down, such as
 * somebody's purchase. What cannot be read is an error, never a null.
 */
export function readStop(value: unknown, symbol: string): StopEvidence | null {
  const row = asRow(value);
  const market = textField(row, 'market');
  if (market !== pairOf(symbol))
    throw new MalformedAnswer(`trigger order of ${market} where ${pairOf(symbol)} was asked for`);
  const trigger = asRow(row['trigger']);
  const put = asRow(row['put']);
  const side = oneOf(put, 'side', ['buy', 'sell']);
  const rule = oneOf(trigger, 'rule', ['<=', '>=']);
  if (side !== 'sell' || rule !== '<=') return null;
  const word = textField(row, 'status');
  const status = Object.hasOwn(STATUS, word) ? STATUS[word] : undefined;
  if (status === undefined)
    throw new MalformedAnswer(`unknown status of a trigger order ${JSON.stringify(word)}`);
  const firedOrderId = optional(row, 'fired_order_id', idField);
  return {
    stopId: stopIdField(row),
    symbol,
    triggerPrice: amountField(trigger, 'price'),
    amount: amountField(put, 'amount'),
    createdMs: latestMs(row, 'ctime') as EpochMs,
    status,
    firedOrderId: firedOrderId === '0' ? null : firedOrderId,
    reason: optional(row, 'reason', textField),
  };
}

/** End of a trigger order in Unix ms, as late as its rounding allows; null while it has none. */
export function stopEndMs(row: Row): number | null {
  const ended = optional(row, 'ftime', decimalSecondsField);
  return ended === null || ended === 0 ? null : latestMs(row, 'ftime');
}

/**
 * Gate cuts these times off to whole seconds. The end of that second is given: taken for too young, a stop is looked at
 * once more; taken for too old, ours would be passed over and placed again.
 */
function latestMs(row: Row, name: string): number {
  const seconds = decimalSecondsField(row, name);
  if (seconds <= 0) throw new MalformedAnswer(`"${name}" is not a time`);
  return Number.isInteger(seconds) ? seconds * 1_000 + 999 : Math.ceil(seconds * 1_000);
}

/** Documented as a double: a fraction of a time may be rounded, unlike that of an amount. */
function decimalSecondsField(row: Row, name: string): number {
  const value = row[name];
  const seconds = typeof value === 'number' ? value : Number(decimalField(row, name).toFixed());
  if (!Number.isFinite(seconds) || seconds < 0 || seconds > 1e11)
    throw new MalformedAnswer(`"${name}" is not a time in seconds`);
  return seconds;
}

function oneOf<T extends string>(row: Row, name: string, words: readonly T[]): T {
  const word = textField(row, name);
  const known = words.find((one) => one === word);
  if (known === undefined) throw new MalformedAnswer(`unknown ${name} ${JSON.stringify(word)}`);
  return known;
}
