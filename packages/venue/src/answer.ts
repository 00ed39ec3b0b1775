import { type Decimal, decimal } from '@mtrade/money';

/** One JSON object of an answer, fields not yet checked. */
export type Row = Readonly<Record<string, unknown>>;

/** The exchange answered, but not in the shape its documents promise. Nothing is guessed from such an answer. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new MalformedAnswer(notJson(text));
  }
}

/** How such a text is told of. */
export const notJson = (text: string): string => `not JSON: ${JSON.stringify(text.slice(0, 80))}`;

export function asRow(value: unknown): Row {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new MalformedAnswer('not a JSON object');
  return value as Row;
}

export function asRows(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new MalformedAnswer('not a JSON list');
  return value;
}

export function textField(row: Row, name: string): string {
  const value = row[name];
  if (typeof value !== 'string' || value === '') throw new MalformedAnswer(`"${name}" is not text`);
  return value;
}

/** Ids are text; a number is accepted only where a double holds it exactly. */
export function idField(row: Row, name: string): string {
  const value = row[name];
  return Number.isSafeInteger(value) ? String(value) : textField(row, name);
}

/** An exact amount. A JSON number with a fraction is refused: its digits were rounded before we saw them. */
export function decimalField(row: Row, name: string): Decimal {
  const value = row[name];
  try {
    if (typeof value === 'string') return decimal(value);
    if (Number.isSafeInteger(value)) return decimal(String(value));
  } catch {
    // Falls through to the one message.
  }
  throw new MalformedAnswer(`"${name}" is not a plain decimal: ${JSON.stringify(value)?.slice(0, 80)}`);
}

export function amountField(row: Row, name: string): Decimal {
  const value = decimalField(row, name);
  if (value.s < 0 && !value.eq('0')) throw new MalformedAnswer(`"${name}" is negative`);
  return value;
}

/** Null when the field is missing or empty. */
export const optional = <T>(row: Row, name: string, read: (row: Row, name: string) => T): T | null =>
  row[name] === undefined || row[name] === null || row[name] === '' ? null : read(row, name);

/** Gate writes times as numbers or as text, and milliseconds with a fraction: `1548000000123.456`. */
export function epochMsField(row: Row, msName: string, secondsName: string): number {
  const ms = optional(row, msName, decimalField) ?? decimalField(row, secondsName).times('1000');
  const whole = Math.floor(Number(ms.toFixed()));
  if (!Number.isSafeInteger(whole) || whole <= 0) throw new MalformedAnswer(`"${msName}" is not a time`);
  return whole;
}
