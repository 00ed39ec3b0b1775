import type { MalformedVariant } from '../faults/fault.js';

const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/;

/** Every number (as text) inside `result` replaced; keys and structure stay. */
function withNumbers(text: string, replacement: unknown): string {
  const message = JSON.parse(text) as Record<string, unknown>;
  const change = (value: unknown): unknown => {
    if (typeof value === 'string' && PLAIN_NUMBER.test(value)) return replacement;
    if (Array.isArray(value)) return value.map(change);
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(inner)]));
    return value;
  };
  return JSON.stringify({ ...message, result: change(message['result']) });
}

/** What goes out instead of a frame. `fragments`: as one message in pieces of one byte. */
export interface Damaged {
  readonly data: Buffer;
  readonly binary: boolean;
  readonly fragments: boolean;
}

const textual = (text: string): Damaged => ({ data: Buffer.from(text), binary: false, fragments: false });

const MALFORMED: Readonly<Record<MalformedVariant, (text: string) => Damaged>> = {
  'cut-json': (text) => textual(text.slice(0, Math.floor(text.length / 2))),
  empty: () => textual(''),
  'not-a-number': (text) => textual(withNumbers(text, 'NaN')),
  overflow: (text) => textual(withNumbers(text, '1e999')),
  negative: (text) => textual(withNumbers(text, '-1')),
  'wrong-types': (text) => textual(withNumbers(text, { not: ['a', 'number'] })),
  binary: () => ({ data: Buffer.from([0, 1, 2, 0xfe, 0xff]), binary: true, fragments: false }),
  'invalid-utf8': (text) => ({
    data: Buffer.concat([Buffer.from(text), Buffer.from([0xc3, 0x28, 0xff])]),
    binary: false,
    fragments: false,
  }),
  fragments: (text) => ({ data: Buffer.from(text), binary: false, fragments: true }),
};

export const malformed = (text: string, variant: MalformedVariant): Damaged => MALFORMED[variant](text);

/** A valid frame of at least `bytes`. */
export const huge = (text: string, bytes: number): Damaged =>
  textual(`${text.slice(0, -1)},"padding":"${'x'.repeat(Math.max(0, bytes - text.length - 13))}"}`);

/** Replaces fields of the result, or of each row when it is a list. */
export function withResult(text: string, set: Readonly<Record<string, unknown>>): Damaged {
  const message = JSON.parse(text) as Record<string, unknown>;
  const { result } = message;
  const change = (row: unknown): unknown =>
    typeof row === 'object' && row !== null && !Array.isArray(row) ? { ...row, ...set } : row;
  return textual(
    JSON.stringify({ ...message, result: Array.isArray(result) ? result.map(change) : change(result) }),
  );
}
