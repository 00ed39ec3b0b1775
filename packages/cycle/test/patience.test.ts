import { price, quoteAmount, toDouble } from '@mtrade/money';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  armTriggers,
  decide,
  type DecisionContext,
  NOTHING_ARMED,
  type PairState,
  type Position,
  waitsForLevels,
} from '../src/index.js';
import {
  activePair,
  cycleOf,
  draftOf,
  idlePair,
  makeAccount,
  makeContext,
  makeFill,
  makeMarket,
  NOW,
  open,
  START_DRAFT,
  trade,
} from './make.js';

const at = (cents: number, changes: Partial<DecisionContext> = {}): DecisionContext =>
  makeContext(makeMarket((cents / 100).toFixed(2), ((cents + 1) / 100).toFixed(2)), changes);

const isPatient = (pair: PairState, context: DecisionContext): boolean =>
  waitsForLevels(pair, decide(pair, context), armTriggers(pair, context));

const { openIntents } = open(idlePair(), START_DRAFT).pair;
const position: Position = {
  cycleId: 1,
  state: 'pending_sl',
  stopVolume: null,
  rollback: null,
  refusals: 0,
  retryAtMs: NOW,
  unprotectedSinceMs: NOW,
  sellUntilMs: null,
  openedMs: NOW,
  closedMs: null,
};

const cents = fc.integer({ min: 50_00, max: 150_00 });

describe('a pair that waits for its levels', () => {
  test('finds the same at every price that reaches neither of them', () => {
    const pair = activePair();
    let compared = 0;
    fc.assert(
      fc.property(cents, cents, (here, there) => {
        fc.pre(isPatient(pair, at(here)));
        const { buyAtOrBelow, sellAtOrAbove } = armTriggers(pair, at(here));
        const { market } = at(there);
        const reaches =
          toDouble(market.ask ?? price('1')) <= (buyAtOrBelow ?? 0) ||
          toDouble(market.bid ?? price('1')) >= (sellAtOrAbove ?? Infinity);
        if (reaches) return;
        compared += 1;
        expect(decide(pair, at(there)).type).toBe('wait');
        expect(isPatient(pair, at(there))).toBe(true);
      }),
    );
    expect(compared).toBeGreaterThan(0);
  });

  test('is one between its levels, and one that may not be traded and holds nothing', () => {
    expect(isPatient(activePair(), at(100_00))).toBe(true);
    expect(isPatient(idlePair({ permitted: false }), at(100_00))).toBe(true);
  });

  test.each<[string, PairState, Partial<DecisionContext>]>([
    ['that has not begun', idlePair(), { budget: { buy: false, sell: true } }],
    [
      'whose money does not suffice for its next row',
      activePair(),
      { account: makeAccount({ quoteAvailable: quoteAmount('0') }) },
    ],
    ['that pauses after an error', { ...activePair(), retryAtMs: (NOW + 1) as typeof NOW }, {}],
    ['that wants a human', { ...activePair(), attention: 'look' }, {}],
    ['that may only sell', { ...activePair(), permitted: false }, {}],
    ['whose price is too old', activePair(), { market: makeMarket('100.00', '100.01', { ageMs: 60_000 }) }],
    ['whose balances are unknown', activePair(), { account: null }],
    [
      'that is forbidden, while an order of its ended cycle is open',
      idlePair({ permitted: false, openIntents }),
      {},
    ],
    ['that is forbidden, while its ended cycle has a position', idlePair({ permitted: false, position }), {}],
    ['whose coins have no stop', { ...activePair(), position }, {}],
    ['while trading is switched off', activePair(), { trading: false }],
    ['while nothing is known of orders of before', activePair(), { reconciled: false }],
  ])('is none %s: something else may be over at any moment', (_, pair, changes) => {
    expect(isPatient(pair, at(100_00, changes))).toBe(false);
  });

  test('is one whose last buy was far below its row, and that waits for a deeper drop', () => {
    const pair = trade(activePair(), draftOf(decide(activePair(), at(96_00))), [
      makeFill('buy', '0.06', '90'),
    ]).pair;

    expect(decide(pair, at(91_99))).toMatchObject({ type: 'wait', reason: 'drop_insufficient' });
    expect(isPatient(pair, at(91_99))).toBe(true);
  });

  test('is none that has just decided to order, at either level', () => {
    for (const far of [50_00, 150_00]) {
      expect(decide(activePair(), at(far)).type).not.toBe('wait');
      expect(isPatient(activePair(), at(far))).toBe(false);
    }
  });

  // Both conditions stand by themselves: they must hold whatever reasons later rules give first.
  test('is none without a sale armed, and none with an order open, although it says that it waits for a price', () => {
    const pair = activePair();
    const context = at(100_00);
    const decision = decide(pair, context);
    const armed = armTriggers(pair, context);
    const forbidden = idlePair({ permitted: false });
    const refused = decide(forbidden, context);

    expect(waitsForLevels(pair, decision, armed)).toBe(true);
    expect(waitsForLevels(pair, decision, { ...armed, sellAtOrAbove: null })).toBe(false);
    expect(waitsForLevels(forbidden, refused, NOTHING_ARMED)).toBe(true);
    expect(waitsForLevels({ ...forbidden, openIntents }, refused, NOTHING_ARMED)).toBe(false);
  });

  test('is one on the last row of its ladder, where only the sale is left', () => {
    const pair = activePair();
    const cycle = cycleOf(pair);
    const last = { ...pair, cycle: { ...cycle, step: (cycle.ladder?.rows.length ?? 0) - 1 } };
    expect(armTriggers(last, at(50_00)).buyAtOrBelow).toBeNull();
    expect(isPatient(last, at(50_00))).toBe(true);
  });
});
