export type Purpose = 'start' | 'average' | 'take-profit' | 'stop-loss' | 'other';

export interface ClientId {
  /** Number of the decision's row in the engine's books: grows with each order. */
  readonly row: number;
  readonly purpose: Purpose;
}

const PURPOSES: Readonly<Record<string, Purpose>> = {
  s: 'start',
  a: 'average',
  t: 'take-profit',
  p: 'stop-loss',
};
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/** `t-m1-<install>-<start>-<row>-<purpose letter><check>`; null for an order that is not the engine's. */
export function readClientId(text: string): ClientId | null {
  const match = /^t-m1-[a-z0-9]{4}-[a-z0-9]{4}-([0-9a-z]{7})-([a-z])[0-9a-z]{2}$/.exec(text);
  if (match === null) return null;
  const [, row = '', letter = ''] = match;
  return {
    row: row.split('').reduce((value, digit) => value * 32 + DIGITS.indexOf(digit), 0),
    purpose: PURPOSES[letter] ?? 'other',
  };
}
