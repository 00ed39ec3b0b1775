import type { EpochMs } from '@mtrade/base';
import { clientOrderId, type Fill, type Intent, type IntentState, type PairState } from '@mtrade/cycle';
import { baseQty, decimal, price, quoteAmount } from '@mtrade/money';
import type { JournalLine } from '@mtrade/store';
import { describe, expect, test } from 'vitest';
import { planCleanup } from '../src/diagnose/cleanup-plan.js';
import type { AccountEvidence, PairEvidence } from '../src/diagnose/evidence.js';
import type { Finding } from '../src/diagnose/finding.js';
import type { BooksView } from '../src/diagnose/books-view.js';
import { judgeAccount } from '../src/diagnose/judge-account.js';
import { judgePairs } from '../src/diagnose/judge-books.js';
import { settledOrders } from '../src/diagnose/settled-orders.js';

const HOUR = 3_600_000;
const NOW = 1_800_000_000_000;
const ms = (value: number): EpochMs => value as EpochMs;
const ETH = 'ETH/USDT';
const cid = (rowId: number, installId = 'mine'): string =>
  clientOrderId({ installId, startNonce: 'abcd', rowId, purpose: 'start' });

const fill = (tradeId: string, epochMs = NOW - HOUR): Fill => ({
  tradeId,
  symbol: ETH,
  side: 'buy',
  baseAmount: baseQty('1'),
  price: price('100'),
  fee: baseQty('0'),
  feeCoin: 'ETH',
  role: 'taker',
  epochMs: ms(epochMs),
});
const trade = (tradeId: string, id: string, epochMs?: number) => ({
  clientOrderId: id,
  exchangeOrderId: `x-${tradeId}`,
  fill: fill(tradeId, epochMs),
});
const order = (id: string, filledBase: string | null = '0') => ({
  clientOrderId: id,
  symbol: ETH,
  exchangeOrderId: `x-${id}`,
  side: 'buy' as const,
  finished: true,
  finishAs: 'ioc',
  filledBase: filledBase === null ? null : baseQty(filledBase),
  filledQuote: quoteAmount('0'),
});

const intent = (id: number, state: IntentState, changes: Partial<Intent> = {}): Intent => ({
  id,
  clientOrderId: cid(id),
  epoch: 1,
  symbol: ETH,
  cycleId: 1,
  decisionNo: id,
  side: 'buy',
  purpose: 'start',
  step: 0,
  type: 'market',
  timeInForce: 'ioc',
  baseAmount: null,
  quoteAmount: quoteAmount('100'),
  limitPrice: null,
  state,
  createdMs: ms(NOW - 2 * HOUR),
  deadlineMs: ms(NOW - 2 * HOUR + 3_000),
  offsetErrorMs: 5,
  exchangeOrderId: null,
  finishAs: null,
  filledBase: null,
  filledQuote: null,
  proof: [],
  closedMs: null,
  ...changes,
});

const pair = (changes: Partial<PairState> = {}): PairState => ({
  symbol: ETH,
  permitted: true,
  paused: false,
  attention: null,
  cycle: null,
  position: null,
  openIntents: [],
  cyclesStarted: 1,
  dust: { base: baseQty('2'), cost: quoteAmount('200') },
  realizedProfit: quoteAmount('0'),
  retryAtMs: ms(0),
  failures: 0,
  decisions: 1,
  stopOuts: 0,
  lastExit: null,
  ...changes,
});

const seen = (changes: Partial<PairEvidence> = {}, balance = '2'): AccountEvidence => ({
  fromMs: ms(NOW - 24 * HOUR),
  askedMs: ms(NOW),
  pairs: [
    { symbol: ETH, openOrders: [], finishedOrders: [], trades: [], stops: [], problem: null, ...changes },
  ],
  balances: { ETH: { available: decimal(balance), locked: decimal('0') } },
  balanceProblem: null,
});
const books = (changes: Partial<BooksView> = {}): BooksView => ({
  installId: 'mine',
  createdMs: NOW - 100 * HOUR,
  pairs: [pair()],
  intents: [],
  stops: [],
  settled: new Set(),
  fills: [],
  ...changes,
});
const said = (findings: readonly Finding[]): string[] =>
  findings.map(({ severity, check }) => `${severity} ${check}`);

describe('books against account', () => {
  test('what is booked, and what is not ours, is no finding', () => {
    const trades = [trade('1', cid(1)), trade('2', 'apiv4'), trade('3', 't-mine-by-hand')];
    const view = books({
      intents: [intent(1, 'FILLED')],
      fills: [{ fill: fill('1'), intentId: 1, cycleId: 1 }],
    });
    expect(judgeAccount(seen({ trades, openOrders: [order('web')] }), view)).toEqual([]);
  });

  test.each([
    ['the order has no row', [], 'CRITICAL missing-trade'],
    ['its order ended long ago', [intent(1, 'NEVER')], 'CRITICAL missing-trade'],
    ['its order is still being settled', [intent(1, 'SETTLING')], 'WARN missing-trade'],
    ['its outcome is still being looked for', [intent(1, 'UNKNOWN')], 'WARN missing-trade'],
  ])('a trade of ours that is not in the ledger, %s: %s', (_why, intents, expected) => {
    const findings = judgeAccount(seen({ trades: [trade('1', cid(1))] }), books({ intents }));
    expect(said(findings)).toEqual([expected]);
  });

  test('P31: what the operator was told of and has settled by a reset or a resume is INFO, and only that', () => {
    const line = (id: number, event: string, details: JournalLine['details'] = {}, symbol = ETH) =>
      ({ id, epochMs: ms(NOW - HOUR), symbol, event, details }) as JournalLine;
    const restored = line(1, 'books.compared', { result: 'unknown-orders', clientOrderIds: [cid(1)] });
    const found = line(2, 'reconcile.orphan-trade', { clientOrderId: cid(2), reference: '2' });
    const judged = (...journal: JournalLine[]): string[] => {
      const settled = settledOrders({
        journal: ({ event = '' } = {}) => journal.filter((one) => one.event.startsWith(event)),
      });
      const trades = [trade('1', cid(1)), trade('2', cid(2))];
      return said(judgeAccount(seen({ trades }), books({ settled })));
    };
    const open = 'CRITICAL missing-trade';
    const info = 'INFO missing-trade';
    expect(judged(restored, found)).toEqual([open, open]);
    expect(judged(restored, found, line(3, 'operator.reset'))).toEqual([info, info]);
    expect(judged(restored, found, line(3, 'operator.resumed'))).toEqual([info, info]);
    expect(judged(restored, line(2, 'operator.reset'), { ...found, id: 3 })).toEqual([info, open]);
    expect(judged(restored, found, line(3, 'operator.reset', {}, 'BTC/USDT'))).toEqual([open, open]);
    expect(judged(line(3, 'operator.reset'))).toEqual([open, open]);
  });

  test('X29: a trade of another installation is CRITICAL, unless these books are younger than it', () => {
    const evidence = seen({ trades: [trade('1', cid(1, 'othr'))] });
    expect(said(judgeAccount(evidence, books()))).toEqual(['CRITICAL foreign-install']);
    expect(said(judgeAccount(evidence, books({ createdMs: NOW })))).toEqual(['INFO foreign-install']);
  });

  test('an open order of ours without an open row is an orphan; one that ended while we asked is not', () => {
    const evidence = seen({ openOrders: [order(cid(1))] });
    expect(said(judgeAccount(evidence, books()))).toEqual(['CRITICAL orphan-order']);
    const ended = (closedMs: number) => [intent(1, 'FILLED', { closedMs: ms(closedMs) })];
    expect(said(judgeAccount(evidence, books({ intents: ended(NOW - HOUR) })))).toEqual([
      'CRITICAL orphan-order',
    ]);
    expect(judgeAccount(evidence, books({ intents: ended(NOW + 1) }))).toEqual([]);
    expect(judgeAccount(evidence, books({ intents: [intent(1, 'LIVE')] }))).toEqual([]);
  });

  test('a fill that the exchange does not know is CRITICAL, but only where its list is whole and reaches', () => {
    const fills = [{ fill: fill('9'), intentId: 1, cycleId: 1 }];
    const phantoms = (evidence: AccountEvidence, view = books({ fills })): string[] =>
      said(judgeAccount(evidence, view)).filter((word) => word.endsWith('phantom-fill'));
    expect(phantoms(seen())).toEqual(['CRITICAL phantom-fill']);
    // N30: a cut list proves nothing. A list that begins later has forgotten what was before.
    expect(phantoms(seen({ problem: 'own trades: page 2: HTTP 502' }))).toEqual([]);
    expect(phantoms(seen({ trades: [trade('10', 'web', NOW - 1_000)] }))).toEqual([]);
    // X20: what has just happened may not be listed yet.
    const fresh = books({ fills: [{ fill: fill('9', NOW - 5_000), intentId: 1, cycleId: 1 }] });
    expect(phantoms(seen(), fresh)).toEqual([]);
  });

  test('X16, X17: an account with less than the ledger is CRITICAL, one with more is none of our business', () => {
    expect(said(judgeAccount(seen({}, '1.9'), books()))).toEqual(['CRITICAL balance']);
    expect(judgeAccount(seen({}, '500'), books())).toEqual([]);
    const selling = books({ pairs: [pair({ openIntents: [intent(1, 'SUBMITTED')] })] });
    expect(said(judgeAccount(seen({}, '1.9'), selling))).toEqual(['WARN balance']);
    // Bought and sold after the account was asked: the cycle is over, and what it has left as dust is new.
    const turned = (atMs: number) => books({ fills: [{ fill: fill('1', atMs), intentId: 1, cycleId: 1 }] });
    const judged = (view: BooksView) =>
      said(judgeAccount(seen({ trades: [trade('1', 'web')] }, '1.9'), view)).filter((word) =>
        word.endsWith('balance'),
      );
    expect(judged(turned(NOW + 1_000))).toEqual(['WARN balance']);
    expect(judged(turned(NOW - HOUR))).toEqual(['CRITICAL balance']);
  });

  test('scenario 54: what could not be read is unknown, and nothing is concluded from it', () => {
    const evidence = {
      ...seen({ problem: 'open orders: timeout' }),
      balances: null,
      balanceProblem: 'timeout',
    };
    const findings = judgeAccount(evidence, books());
    expect(said(findings)).toEqual(['WARN exchange', 'WARN exchange']);
    expect(findings.every(({ detail }) => detail.startsWith('unknown: '))).toBe(true);
  });
});

describe('open orders by age', () => {
  const judged = (state: IntentState, ageMs: number, running: boolean): string =>
    said(
      judgePairs(
        [
          pair({
            dust: { base: baseQty('0'), cost: quoteAmount('0') },
            openIntents: [intent(1, state, { createdMs: ms(NOW - ageMs) })],
          }),
        ],
        NOW,
        running,
      ),
    ).join();

  test.each([
    ['SUBMITTED', 2_000, true, 'INFO incomplete'],
    ['SUBMITTED', 2_000, false, 'WARN incomplete'],
    ['SETTLING', 2 * HOUR, true, 'WARN incomplete'],
    ['ACKED', 25 * HOUR, false, 'CRITICAL incomplete'],
    ['UNKNOWN', 60_000, true, 'WARN unknown-order'],
    ['UNKNOWN', 11 * 60_000, true, 'CRITICAL unknown-order'],
    ['QUARANTINED', 1_000, true, 'CRITICAL unknown-order'],
    ['LIVE', 100 * HOUR, true, 'INFO incomplete'],
  ] as const)('%s for %d ms, engine running: %s -> %s', (state, ageMs, running, expected) => {
    expect(judged(state, ageMs, running)).toBe(expected);
  });
});

describe('what a clean-up removes', () => {
  const dead = (id: number) => ({
    id,
    clientOrderId: cid(id),
    symbol: ETH,
    cycleId: id,
    state: 'NEVER' as const,
    createdMs: ms(NOW - 200 * HOUR),
    closedMs: ms(NOW - 199 * HOUR),
  });
  const cleanable = {
    journalIds: [1, 2],
    intents: [dead(1)],
    cycles: [{ id: 1, symbol: ETH, number: 1, closedMs: ms(NOW - 199 * HOUR), intentIds: [1] }],
  };
  const plan = (evidence: AccountEvidence) => planCleanup(cleanable, [], evidence);

  test('an order that whole lists do not know, and its cycle with it', () => {
    expect(plan(seen())).toMatchObject({ intents: [{ id: 1 }], cycles: [{ id: 1 }], kept: [] });
    expect(plan(seen({ finishedOrders: [order(cid(1), '0')] })).intents).toHaveLength(1);
  });

  test.each<readonly [string, AccountEvidence]>([
    ['the exchange has trades of it', seen({ trades: [trade('1', cid(1))] })],
    ['the exchange has it open', seen({ openOrders: [order(cid(1))] })],
    ['the exchange says that it was filled', seen({ finishedOrders: [order(cid(1), '0.5')] })],
    ['the exchange says that it was filled', seen({ finishedOrders: [order(cid(1), null)] })],
    ['unknown: the exchange did not answer in full', seen({ problem: 'open orders: timeout' })],
    ['the exchange was not asked', { ...seen(), pairs: [] }],
  ])('%s, so it stays, and its cycle with it', (why, evidence) => {
    const { intents, cycles, kept } = plan(evidence);
    expect([intents, cycles]).toEqual([[], []]);
    expect(kept[0]?.why).toContain(why);
  });
});
