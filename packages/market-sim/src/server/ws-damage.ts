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

export function malformed(text: string, variant: MalformedVariant): Damaged {
  switch (variant) {
    case 'cut-json':
      return textual(text.slice(0, Math.floor(text.length / 2)));
    case 'empty':
      return textual('');
    case 'not-a-number':
      return textual(withNumbers(text, 'NaN'));
    case 'overflow':
      return textual(withNumbers(text, '1e999'));
    case 'negative':
      return textual(withNumbers(text, '-1'));
    case 'wrong-types':
      return textual(withNumbers(text, { not: ['a', 'number'] }));
    case 'binary':
      return { data: Buffer.from([0, 1, 2, 0xfe, 0xff]), binary: true, fragments: false };
    case 'invalid-utf8':
      return {
        data: Buffer.concat([Buffer.from(text), Buffer.from([0xc3, 0x28, 0xff])]),
        binary: false,
        fragments: false,
      };
    case 'fragments':
      return { data: Buffer.from(text), binary: false, fragments: true };
  }
}

/** A valid frame of at least `bytes`. */
export const huge = (text: string, bytes: number): Damaged =>
  textual(`${text.slice(0, -1)},"padding":"${'x'.repeat(Math.max(0, bytes - text.length - 14))}"}`);

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
