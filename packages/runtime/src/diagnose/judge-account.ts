import { blockingIntents, type BooksKnowledge, standingOfOrder, standingOfTrade } from '@mtrade/cycle';
import { type Decimal, text, ZERO } from '@mtrade/money';
import type { OwnTrade } from '@mtrade/engine';
import type { BooksView } from './books-view.js';
import type { AccountEvidence, PairEvidence } from './evidence.js';
import { type Finding, finding } from './finding.js';
import { judgeStopOrders } from './judge-stop-orders.js';

/** The exchange cuts times to seconds, and its clock is not ours. */
const EDGE_MS = 60_000;
/** A fill may take this long to show in the exchange's lists and balances. */
const VISIBLE_MS = 15_000;

/** Database against exchange, both ways. A list that broke off yields findings of what it has, and never of what it lacks. */
export function judgeAccount(evidence: AccountEvidence, books: BooksView): Finding[] {
  const knowledge = knowledgeOf(books);
  return [
    ...evidence.pairs.flatMap((pair) => [
      ...unknownPart(pair),
      ...openOrders(pair, evidence.askedMs, knowledge),
      ...missingTrades(pair, books, knowledge),
      ...phantomFills(pair, evidence, books),
      ...judgeStopOrders(pair, evidence.askedMs, books),
    ]),
    ...balances(evidence, books),
  ];
}

function unknownPart({ symbol, problem }: PairEvidence): Finding[] {
  if (problem === null) return [];
  return [
    finding(
      'WARN',
      'exchange',
      symbol,
      `unknown: the exchange did not answer in full (${problem}); what is missing there was not looked for`,
      'run it again when the exchange answers',
    ),
  ];
}

/** The rule that the engine's own comparison has, over what was read of the books here. */
function knowledgeOf({ installId, intents, fills }: BooksView): BooksKnowledge {
  const rows = new Map(intents.map((intent) => [intent.clientOrderId, intent]));
  const booked = new Set(fills.map(({ fill }) => `${fill.symbol} ${fill.tradeId}`));
  return {
    installId,
    intentOf: (clientOrderId) => rows.get(clientOrderId) ?? null,
    isBooked: (symbol, tradeId) => booked.has(`${symbol} ${tradeId}`),
  };
}

const foreignInstall = (symbol: string, what: string): Finding =>
  finding(
    'CRITICAL',
    'foreign-install',
    symbol,
    `${what} was sent by another installation of mtrade on the same account`,
    'stop one of the two: an account belongs to one installation',
  );

/** Other books of mtrade were used with this account before these were begun: their coins are not in this ledger. */
const earlierInstall = (symbol: string, what: string): Finding =>
  finding(
    'INFO',
    'foreign-install',
    symbol,
    `${what} of an installation that traded before these books were begun`,
    'nothing to do, if it does not run any more',
  );

function openOrders(
  { symbol, openOrders: orders }: PairEvidence,
  askedMs: number,
  books: BooksKnowledge,
): Finding[] {
  return orders.flatMap((order) => {
    const { clientOrderId, exchangeOrderId, side } = order;
    const standing = standingOfOrder(order, books);
    const what = `open ${side} order ${exchangeOrderId} (${clientOrderId})`;
    if (standing === 'foreign') return [foreignInstall(symbol, what)];
    if (standing !== 'orphan' && standing !== 'ended') return [];
    const intent = books.intentOf(clientOrderId);
    // It ended while the exchange was being asked.
    if (intent !== null && (intent.closedMs ?? 0) >= askedMs) return [];
    const why = intent === null ? 'has no row in the books' : `is ${intent.state} in the books`;
    return [
      finding(
        'CRITICAL',
        'orphan-order',
        symbol,
        `${what} rests at the exchange and ${why}`,
        'pause the pair, cancel the order at the exchange, then compare what it has traded by hand',
      ),
    ];
  });
}

function missingTrades({ symbol, trades }: PairEvidence, view: BooksView, books: BooksKnowledge): Finding[] {
  const byOrder = new Map<string, OwnTrade[]>();
  for (const trade of trades) {
    const standing = standingOfTrade(trade, books);
    if (standing === 'known' || standing === 'stranger') continue;
    byOrder.set(trade.clientOrderId, [...(byOrder.get(trade.clientOrderId) ?? []), trade]);
  }
  return [...byOrder].map(([clientOrderId, missing]) => {
    const standing = standingOfOrder({ clientOrderId }, books);
    const ids = missing.slice(0, 5).map(({ fill }) => fill.tradeId);
    const what = `${missing.length} trade${missing.length === 1 ? '' : 's'} of ${clientOrderId} (${ids.join(', ')})`;
    if (standing === 'foreign')
      return missing.every(({ fill }) => fill.epochMs < view.createdMs)
        ? earlierInstall(symbol, what)
        : foreignInstall(symbol, what);
    const intent = books.intentOf(clientOrderId);
    if (standing === 'awaited' && intent !== null)
      return finding(
        'WARN',
        'missing-trade',
        symbol,
        `${what} not in the ledger yet; the order is ${intent.state}`,
        'the engine books it when it settles the order; start it when it does not run',
      );
    if (intent === null && view.settled.has(`${symbol} ${clientOrderId}`))
      return finding(
        'INFO',
        'missing-trade',
        symbol,
        `${what} not in the ledger: the operator was told of this order and has reset or resumed the pair since`,
        'nothing to do',
      );
    const why = intent === null ? 'the order has no row' : `the order is ${intent.state}`;
    return finding(
      'CRITICAL',
      'missing-trade',
      symbol,
      `${what} not in the ledger, and ${why} in the books`,
      intent === null
        ? 'the books may be an old copy: pause the pair and compare it with the exchange by hand'
        : 'start the engine, which books late trades; the ledger is short of them until then',
    );
  });
}

/** Fills that the exchange does not know. Only where its list is whole, and only as far back as it goes. */
function phantomFills(pair: PairEvidence, { fromMs, askedMs }: AccountEvidence, books: BooksView): Finding[] {
  const { symbol, trades, problem } = pair;
  if (problem !== null) return [];
  const listed = new Set(trades.map(({ fill }) => fill.tradeId));
  const oldest = trades.reduce((least, { fill }) => Math.min(least, fill.epochMs), Infinity);
  const reachMs = trades.length === 0 ? fromMs + EDGE_MS : Math.max(fromMs + EDGE_MS, oldest);
  return books.fills
    .filter(({ fill }) => fill.symbol === symbol && !listed.has(fill.tradeId))
    .filter(({ fill }) => fill.epochMs >= reachMs && fill.epochMs < askedMs - VISIBLE_MS)
    .map(({ fill }) =>
      finding(
        'CRITICAL',
        'phantom-fill',
        symbol,
        `the ledger has a ${fill.side} of ${text(fill.baseAmount)} at ${text(fill.price)} (trade ${fill.tradeId}) that the exchange does not know`,
        'these books and this account do not belong together: check the keys, the mode and the data directory',
      ),
    );
}

/** The account must hold at least what the ledger says; more is the user's own and no finding. */
function balances(
  { balances: held, balanceProblem, askedMs }: AccountEvidence,
  { pairs, fills }: BooksView,
): Finding[] {
  if (held === null)
    return [
      finding(
        'WARN',
        'exchange',
        null,
        `unknown: the balances could not be read (${balanceProblem}); they were not compared`,
        'run it again when the exchange answers',
      ),
    ];
  // A whole cycle may have begun and ended since the account was asked: only its fills tell of it then.
  const justFilled = new Set(
    fills.flatMap(({ fill }) => (fill.epochMs > askedMs - VISIBLE_MS ? [fill.symbol] : [])),
  );
  const needed = new Map<string, { amount: Decimal; symbols: string[]; moving: boolean }>();
  for (const pair of pairs) {
    const { symbol, cycle, dust } = pair;
    const coin = symbol.split('/')[0] ?? '';
    const before = needed.get(coin) ?? { amount: ZERO, symbols: [], moving: false };
    needed.set(coin, {
      amount: before.amount.plus(cycle?.baseVolume ?? ZERO).plus(dust.base),
      symbols: [...before.symbols, symbol],
      moving: before.moving || blockingIntents(pair).length > 0 || justFilled.has(symbol),
    });
  }
  return [...needed].flatMap(([coin, { amount, symbols, moving }]) => {
    const balance = held[coin];
    const total = balance === undefined ? ZERO : balance.available.plus(balance.locked);
    if (total.gte(amount)) return [];
    return [
      finding(
        moving ? 'WARN' : 'CRITICAL',
        'balance',
        symbols.length === 1 ? (symbols[0] ?? null) : null,
        `the account holds ${text(total)} ${coin}, the ledger ${text(amount)}` +
          (moving ? '; an order is under way or has just filled, so this may pass' : ''),
        moving
          ? 'run it again when the order is settled'
          : 'coins were sold or withdrawn by hand: put them back, or mtrade reset the pair to write them off',
      ),
    ];
  });
}
