import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { clientOrderId, isOwnClientOrderId, parseClientOrderId, type Purpose } from '../src/index.js';

const parts = { installId: 'k3f9', startNonce: 'q7ab', rowId: 10_329, purpose: 'start' } as const;
const four = fc.stringMatching(/^[a-z0-9]{4}$/);
const anyParts = fc.record({
  installId: four,
  startNonce: four,
  rowId: fc.integer({ min: 0, max: 2 ** 35 - 1 }),
  purpose: fc.constantFrom<Purpose>('start', 'average', 'take-profit', 'manual-sell', 'stop-loss'),
});

describe('client order id', () => {
  test('is made from the committed row and nothing else', () => {
    expect(clientOrderId(parts)).toMatch(/^t-m1-k3f9-q7ab-0000a2s-s[0-9a-z]{2}$/);
    expect(clientOrderId(parts)).toBe(clientOrderId({ ...parts }));
  });

  test('fits the exchange, and can be read back', () => {
    fc.assert(
      fc.property(anyParts, (any) => {
        const id = clientOrderId(any);
        expect(id).toMatch(/^t-[a-z0-9-]+$/);
        expect(id.length).toBeLessThanOrEqual(28);
        expect(parseClientOrderId(id)).toEqual(any);
        expect(isOwnClientOrderId(id, any.installId)).toBe(true);
      }),
    );
  });

  test('differs for every row, start and installation', () => {
    fc.assert(
      fc.property(anyParts, anyParts, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b);
        expect(clientOrderId(a) === clientOrderId(b)).toBe(same);
      }),
    );
  });

  test('no single wrong character and no swap of neighbours passes the check', () => {
    const id = clientOrderId(parts);
    const wrong = new Set<string>();
    for (let i = 0; i < id.length; i += 1) {
      for (const other of 'abcdefghijklmnopqrstuvwxyz0123456789-')
        wrong.add(id.slice(0, i) + other + id.slice(i + 1));
      wrong.add(id.slice(0, i) + (id[i + 1] ?? '') + (id[i] ?? '') + id.slice(i + 2));
    }
    wrong.delete(id);

    expect([...wrong].filter((other) => parseClientOrderId(other) !== null)).toEqual([]);
  });

  test.each([
    '',
    't-',
    't-m1-',
    't-0123456789',
    'm1-k3f9-q7ab-0000a2s-s00',
    'web',
    'api',
    't-m1-K3F9-q7ab-0000a2s-s00',
  ])("a stranger's id is not ours: %s", (id) => {
    expect(parseClientOrderId(id)).toBeNull();
    expect(isOwnClientOrderId(id, 'k3f9')).toBe(false);
  });

  test('the id of another installation is not ours', () => {
    expect(isOwnClientOrderId(clientOrderId(parts), 'zzzz')).toBe(false);
  });

  test.each([
    { installId: 'K3F9' },
    { installId: 'abc' },
    { startNonce: 'a-b-' },
    { rowId: -1 },
    { rowId: 1.5 },
    { rowId: 2 ** 35 },
  ])('parts that do not fit are a contradiction: %j', (wrong) => {
    expect(() => clientOrderId({ ...parts, ...wrong })).toThrow(/./);
  });
});
