import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { assert } from '@mtrade/base';
import { baseQty, price, quoteAmount } from '@mtrade/money';
import {
  DUPLICATE,
  INTENT_STATES,
  INTENT_TRANSITIONS,
  type Intent,
  type IntentEvent,
  type IntentState,
  isOpen,
  L_VIS_MS,
  maySpeakOfMore,
  OPEN_INTENT_STATES,
  type OrderWord,
  QUARANTINE_AFTER_MS,
  safeToDoubtMs,
  type ScanRecord,
  transition,
  VANISHED,
} from '../src/index.js';
import { idlePair, makeFill, ms, NOW, open, START_DRAFT } from './make.js';

const limitBuy: Intent = {
  ...open(idlePair(), START_DRAFT).intent,
  type: 'limit',
  timeInForce: 'fok',
  baseAmount: baseQty('2'),
  quoteAmount: null,
  limitPrice: price('100'),
};
const submitted = (changes: Partial<Intent> = {}): Intent => ({ ...limitBuy, ...changes });
const unknownIntent = transition(submitted(), { type: 'unknown' });
const word = (changes: Partial<OrderWord> = {}): OrderWord => ({
  exchangeOrderId: 'x1',
  finished: true,
  finishAs: 'filled',
  filledBase: baseQty('2'),
  filledQuote: quoteAmount('200'),
  ...changes,
});
const SAFE = safeToDoubtMs(unknownIntent);
const scan = (
  startedAtMs: number,
  changes: Partial<ScanRecord> = {},
  found: readonly OrderWord[] = [],
): IntentEvent => ({
  type: 'scanned',
  record: {
    startedAtMs: ms(startedAtMs),
    complete: true,
    openRows: 0,
    finishedRows: 4,
    tradeRows: 9,
    ...changes,
  },
  found,
  nowMs: NOW,
});
const settledWith = (filled: string, fills = [makeFill('buy', filled, '100')]): IntentEvent => ({
  type: 'settled',
  exchangeOrderId: 'x1',
  finishAs: 'filled',
  filledBase: baseQty(filled),
  filledQuote: quoteAmount(String(Number(filled) * 100)),
  fills: filled === '0' ? [] : fills,
  nowMs: NOW,
});
const run = (intent: Intent, ...events: readonly IntentEvent[]): Intent => events.reduce(transition, intent);
const acked = (order: OrderWord): IntentEvent => ({ type: 'acked', order, nowMs: NOW });
const settling = run(submitted(), acked(word()));

describe('the table of transitions', () => {
  test('knows every state; terminal ones lead nowhere, open ones somewhere', () => {
    for (const state of INTENT_STATES) expect(INTENT_TRANSITIONS[state].length > 0).toBe(isOpen(state));
    expect(Object.keys(INTENT_TRANSITIONS).sort()).toEqual([...INTENT_STATES].sort());
  });
});

describe('the answer of the POST', () => {
  test('a filled order waits for its trades, then is FILLED', () => {
    expect(settling.state).toBe('SETTLING');
    expect(settling.exchangeOrderId).toBe('x1');
    expect(run(settling, settledWith('2'))).toMatchObject({ state: 'FILLED', closedMs: NOW });
  });

  test('X01, scenario 9: filled is what the trades say, whatever the status says', () => {
    expect(run(settling, settledWith('1.2')).state).toBe('PARTIAL');
  });

  test('a word of before that comes late takes nothing back of what the order has filled', () => {
    const looked = run(settling, { type: 'lost' });
    const before = {
      finished: false,
      finishAs: null,
      filledBase: baseQty('0'),
      filledQuote: quoteAmount('0'),
    };
    const after = run(looked, { type: 'evidence', order: word(before) });
    expect(after.state).toBe('ACKED');
    expect(after.filledBase?.eq(settling.filledBase ?? '0')).toBe(true);
    expect(after.filledBase?.gt('0')).toBe(true);
  });

  test('a trade that stands twice among them is not all of them', () => {
    const half = makeFill('buy', '1', '100');
    expect(run(settling, settledWith('2', [half, half])).state).toBe('SETTLING');
    expect(run(settling, settledWith('2', [half, { ...half, tradeId: 'other' }])).state).toBe('FILLED');
  });

  test('X02: an order that ended with nothing filled is KILLED at once', () => {
    const killed = run(
      submitted(),
      acked(word({ finishAs: 'fok', filledBase: baseQty('0'), filledQuote: quoteAmount('0') })),
    );

    expect(killed).toMatchObject({ state: 'KILLED', finishAs: 'fok', closedMs: NOW });
  });

  test('an order that is still open is ACKED and followed', () => {
    const resting = run(submitted(), acked(word({ finished: false, finishAs: null })));

    expect(resting.state).toBe('ACKED');
    expect(run(resting, { type: 'evidence', order: word() }).state).toBe('SETTLING');
  });

  test('a definite rejection closes it, anything else makes it UNKNOWN', () => {
    expect(run(submitted(), { type: 'rejected', label: 'BALANCE_NOT_ENOUGH', nowMs: NOW })).toMatchObject({
      state: 'REJECTED',
      finishAs: 'BALANCE_NOT_ENOUGH',
    });
    expect(unknownIntent.state).toBe('UNKNOWN');
  });

  test('a market buy is FILLED by the word of the exchange, for its size is in quote', () => {
    const market = submitted({ baseAmount: null, quoteAmount: quoteAmount('3') });
    const filled = run(market, acked(word()), settledWith('2'));
    const part = run(market, acked(word({ finishAs: 'ioc' })), {
      ...settledWith('2'),
      finishAs: 'ioc',
    } as IntentEvent);

    expect([filled.state, part.state]).toEqual(['FILLED', 'PARTIAL']);
  });
});

describe('SETTLING lasts until the trades make the filled amount', () => {
  test.each([
    ['a trade is missing', [makeFill('buy', '1', '100')]],
    ['the values do not fit', [makeFill('buy', '2', '110')]],
    ['there are no trades', []],
  ])('%s', (_, fills) => {
    expect(run(settling, settledWith('2', fills)).state).toBe('SETTLING');
  });

  test('the total may differ by its own rounding, one unit a trade', () => {
    const event = {
      ...settledWith('2', [makeFill('buy', '2', '100.004')]),
      filledQuote: quoteAmount('200.01'),
    } as IntentEvent;

    expect(run(settling, event).state).toBe('FILLED');
  });

  test('more than was ordered is a contradiction', () => {
    expect(() => run(settling, settledWith('2.1'))).toThrow(/more than was ordered/);
  });
});

describe('scenarios 5-7: an unknown outcome', () => {
  test('is resolved by what a scan finds, even before T_safe', () => {
    expect(run(unknownIntent, scan(NOW, {}, [word()])).state).toBe('SETTLING');
    expect(run(unknownIntent, scan(NOW, { complete: false }, [word()])).state).toBe('SETTLING');
    expect(run(unknownIntent, scan(NOW, {}, [word({ finished: false })])).state).toBe('ACKED');
  });

  test('I13: NEVER takes two complete empty scans after T_safe, 2 s apart', () => {
    const never = run(unknownIntent, scan(SAFE + 1), scan(SAFE + 2_001));

    expect(never.state).toBe('NEVER');
    expect(never.proof.map((record) => record.startedAtMs)).toEqual([SAFE + 1, SAFE + 2_001]);
    expect(SAFE).toBe(NOW + 3_000 + 50 + L_VIS_MS);
  });

  test.each([
    ['one scan', [scan(SAFE + 1)]],
    ['scans at T_safe or before', [scan(SAFE - 5_000), scan(SAFE - 2_500), scan(SAFE)]],
    ['incomplete scans', [scan(SAFE + 1, { complete: false }), scan(SAFE + 5_000, { complete: false })]],
    ['one complete scan among incomplete ones', [scan(SAFE + 1), scan(SAFE + 5_000, { complete: false })]],
    ['two scans less than 2 s apart', [scan(SAFE + 1), scan(SAFE + 2_000)]],
    [
      'two scans with a restart between them',
      [scan(SAFE + 1), { type: 'restarted' } as const, scan(SAFE + 5_000)],
    ],
  ])('%s prove nothing', (_, events) => {
    expect(run(unknownIntent, ...events).state).toBe('UNKNOWN');
  });

  test('scenario 6: after ten minutes it is under quarantine, and still leaves by evidence or by proof', () => {
    const late = limitBuy.deadlineMs + QUARANTINE_AFTER_MS + 1;
    const quarantined = run(unknownIntent, { type: 'waited', exchangeNowMs: ms(late) });

    expect(quarantined.state).toBe('QUARANTINED');
    expect(run(unknownIntent, scan(late, { complete: false })).state).toBe('QUARANTINED');
    expect(run(quarantined, { type: 'evidence', order: word() }).state).toBe('SETTLING');
    expect(run(quarantined, scan(late), scan(late + 2_000)).state).toBe('NEVER');
  });

  const both = [word(), word({ exchangeOrderId: 'x2' })];
  const twice = run(unknownIntent, scan(NOW, {}, both));
  const allSettled = (...amounts: readonly string[]): IntentEvent => ({
    type: 'all-settled',
    orders: amounts.map((amount, index) => ({
      exchangeOrderId: `x${index + 1}`,
      finishAs: 'ioc',
      filledBase: baseQty(amount),
      filledQuote: quoteAmount(String(Number(amount) * 100)),
      fills: amount === '0' ? [] : [makeFill('buy', amount, '100')],
    })),
    nowMs: NOW,
  });

  test('N24: found twice is quarantine, and no absence, evidence or restart ends it', () => {
    expect(twice).toMatchObject({ state: 'QUARANTINED', finishAs: DUPLICATE });
    const after = run(
      twice,
      scan(SAFE + 1),
      scan(SAFE + 9_000),
      { type: 'restarted' },
      acked(word()),
      settledWith('2'),
    );
    expect(after.state).toBe('QUARANTINED');
  });

  test.each([
    ['FILLED', '4', ['2', '2']],
    ['FILLED', '2', ['2', '0']],
    ['PARTIAL', '1.5', ['1', '0.5']],
    ['KILLED', '0', ['0', '0']],
  ])('N24: found twice ends %s with what both have traded (%s)', (state, filledBase, amounts) => {
    const ended = run(twice, allSettled(...amounts));

    expect(ended).toMatchObject({ state, finishAs: DUPLICATE, exchangeOrderId: 'x1', closedMs: NOW });
    expect(ended.filledBase?.toFixed()).toBe(filledBase);
  });

  test('N24: trades of both that do not add up yet change nothing, and neither do those of one that is not doubled', () => {
    const event = allSettled('2', '2') as Extract<IntentEvent, { type: 'all-settled' }>;
    const missing = { ...event, orders: event.orders.map((order) => ({ ...order, fills: [] })) };

    expect(run(twice, missing)).toBe(twice);
    expect(run(settling, event)).toBe(settling);
  });

  test('N24: two orders that came to nothing and are listed no more are proven gone like one', () => {
    const nothing = { filledBase: baseQty('0'), filledQuote: quoteAmount('0') };
    const empty = run(
      unknownIntent,
      scan(NOW, {}, [word(nothing), word({ exchangeOrderId: 'x2', ...nothing })]),
    );

    expect(run(empty, scan(SAFE + 1), scan(SAFE + 2_001))).toMatchObject({
      state: 'KILLED',
      finishAs: DUPLICATE,
    });
  });

  test('one order that is listed twice is one order', () => {
    const trade = word({ finished: false, filledBase: null, filledQuote: null });

    expect(run(unknownIntent, scan(NOW, {}, [trade, word()])).state).toBe('SETTLING');
  });

  test('a second order under the same client id is noticed later, too', () => {
    expect(run(settling, { type: 'evidence', order: word({ exchangeOrderId: 'x2' }) })).toMatchObject({
      state: 'QUARANTINED',
      finishAs: DUPLICATE,
    });
  });

  test('an order that had traded and is listed nowhere is put under quarantine: that it came to nothing would be a guess', () => {
    const gone = run(
      submitted(),
      acked(word({ finished: false, filledBase: baseQty('0.5') })),
      { type: 'restarted' },
      scan(SAFE + 1),
      scan(SAFE + 2_001),
    );

    expect(gone.state).toBe('QUARANTINED');
    expect(run(gone, scan(SAFE + 9_000), scan(SAFE + 19_000))).toBe(gone);
    expect(run(gone, { type: 'evidence', order: word() }).state).toBe('SETTLING');
  });

  test('an order that was accepted and is listed nowhere traded nothing: KILLED, not NEVER', () => {
    const nothing = { filledBase: baseQty('0'), filledQuote: quoteAmount('0') };
    const lost = run(
      submitted(),
      acked(word({ finished: false, ...nothing })),
      { type: 'restarted' },
      scan(SAFE + 1),
      scan(SAFE + 2_001),
    );

    expect(lost).toMatchObject({ state: 'KILLED', finishAs: VANISHED });
  });
});

test('start-up makes every open outcome unknown; a resting order rests on', () => {
  const states = OPEN_INTENT_STATES.map(
    (state) => run(submitted({ state, exchangeOrderId: 'x1' }), { type: 'restarted' }).state,
  );

  expect(Object.fromEntries(OPEN_INTENT_STATES.map((state, i) => [state, states[i]]))).toEqual({
    SUBMITTED: 'UNKNOWN',
    UNKNOWN: 'UNKNOWN',
    ACKED: 'UNKNOWN',
    LIVE: 'LIVE',
    SETTLING: 'UNKNOWN',
    QUARANTINED: 'UNKNOWN',
  });
});

describe('news that come late', () => {
  test('the stream may be faster than the answer', () => {
    const first = run(submitted(), { type: 'evidence', order: word() });

    expect(first.state).toBe('SETTLING');
    expect(run(first, acked(word()), { type: 'unknown' }).state).toBe('SETTLING');
    expect(run(first, { type: 'rejected', label: 'FOK_NOT_FILL', nowMs: NOW }).state).toBe('SETTLING');
  });

  test('a closed intent hears what it knows already and stays as it is', () => {
    const filled = run(settling, settledWith('2'));

    expect(
      run(
        filled,
        acked(word()),
        { type: 'unknown' },
        { type: 'restarted' },
        scan(SAFE + 1),
        settledWith('2'),
      ),
    ).toBe(filled);
  });

  test.each<[IntentState, IntentEvent]>([
    ['NEVER', { type: 'evidence', order: word() }],
    ['NEVER', settledWith('2')],
    ['REJECTED', { type: 'evidence', order: word({ finished: false, filledBase: null }) }],
    ['REJECTED', scan(NOW, {}, [word()])],
    ['KILLED', settledWith('2')],
    ['KILLED', { type: 'evidence', order: word() }],
    ['FILLED', { type: 'evidence', order: word({ exchangeOrderId: 'x2' }) }],
    ['PARTIAL', settledWith('2')],
  ])('I14: %s and a trade after all: the end stays, and the word is one to follow (%#)', (state, event) => {
    const exchangeOrderId = state === 'NEVER' || state === 'REJECTED' ? null : 'x1';
    const filledBase = state === 'FILLED' ? baseQty('2') : baseQty('0');
    const intent = submitted({ state, exchangeOrderId, filledBase });
    const booked = state === 'FILLED' ? [makeFill('buy', '2', '100')] : [];
    const said =
      event.type === 'evidence'
        ? event.order
        : event.type === 'scanned'
          ? event.found[0]
          : { ...(event as Extract<IntentEvent, { type: 'settled' }>), finished: true };

    expect(transition(intent, event)).toBe(intent);
    expect(said && maySpeakOfMore(intent, booked, said)).toBe(true);
  });

  test.each([
    ['what is booked', { filledBase: baseQty('2'), exchangeOrderId: 'x1' }],
    ['another order that ended with nothing', { filledBase: baseQty('0'), exchangeOrderId: 'x2' }],
    ['its own order, without an amount', { filledBase: null, exchangeOrderId: 'x1' }],
  ])('a word about %s is no reason to look', (_, changes) => {
    const intent = submitted({ state: 'FILLED', exchangeOrderId: 'x1', filledBase: baseQty('2') });

    expect(maySpeakOfMore(intent, [makeFill('buy', '2', '100')], word(changes))).toBe(false);
  });

  test('a refused fill-or-kill order may be listed as ended with nothing', () => {
    const rejected = submitted({ state: 'REJECTED' });

    expect(
      run(rejected, { type: 'evidence', order: word({ finishAs: 'fok', filledBase: baseQty('0') }) }),
    ).toBe(rejected);
  });
});

const anyWord = fc
  .record({
    exchangeOrderId: fc.constantFrom('x1', 'x2'),
    finished: fc.boolean(),
    filled: fc.constantFrom('0', '1.2', '2', null),
  })
  .map(({ exchangeOrderId, finished, filled }) =>
    word({ exchangeOrderId, finished, filledBase: filled === null ? null : baseQty(filled) }),
  );
const anyEvent: fc.Arbitrary<IntentEvent> = fc.oneof(
  anyWord.map(acked),
  anyWord.map((order): IntentEvent => ({ type: 'evidence', order })),
  fc.constant<IntentEvent>({ type: 'unknown' }),
  fc.constant<IntentEvent>({ type: 'restarted' }),
  fc.constant<IntentEvent>({ type: 'rejected', label: 'X', nowMs: NOW }),
  fc.constantFrom('0', '1.2', '2').map((filled) => settledWith(filled)),
  fc
    .record({
      at: fc.integer({ min: -10, max: 700 }),
      complete: fc.boolean(),
      found: fc.array(anyWord, { maxLength: 2 }),
    })
    .map(({ at, complete, found }) => scan(SAFE + at * 1_000, { complete }, found)),
);

describe('random walks (I13, I14)', () => {
  test('keep to the table, never leave a terminal state, and reach NEVER by proof only', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 25 }), (events) => {
        let intent = submitted();
        for (const event of events) {
          let next: Intent;
          try {
            next = transition(intent, event);
          } catch {
            continue; // A contradiction changes nothing.
          }
          const stays = next.state === intent.state;
          assert(
            stays || INTENT_TRANSITIONS[intent.state].includes(next.state),
            'a step that the table does not know',
          );
          assert(isOpen(intent.state) || next === intent, 'a terminal state was left');
          if (next.state === 'NEVER') {
            const proven = next.proof.filter((record) => record.complete && record.startedAtMs > SAFE);
            assert(next.exchangeOrderId === null && proven.length === 2, 'NEVER without proof');
          }
          expect(next.closedMs === null).toBe(isOpen(next.state));
          intent = next;
        }
      }),
      { numRuns: 500 },
    );
  });
});
