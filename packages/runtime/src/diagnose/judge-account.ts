import {
  blockingIntents,
  type Intent,
  OPEN_INTENT_STATES,
  parseClientOrderId,
  type PairState,
} from '@mtrade/cycle';
import { type Decimal, text, ZERO } from '@mtrade/money';
import type { BookedFill } from '@mtrade/store';
import type { OwnTrade } from '@mtrade/engine';
import type { AccountEvidence, PairEvidence } from './evidence.js';
import { type Finding, finding } from './finding.js';

/** The books of one moment that lies after the evidence: what the exchange knew by then, they should know, too. */
export interface BooksView {
  readonly installId: string;
  /** When these books were begun; what is older cannot be in them. Unix ms. */
  readonly createdMs: number;
  readonly pairs: readonly PairState[];
  /** Every order that the evidence names, as far as there is a row. */
  readonly intents: readonly Intent[];
  /** Fills since the beginning of the evidence. */
  readonly fills: readonly BookedFill[];
}

const OPEN: ReadonlySet<string> = new Set(OPEN_INTENT_STATES);
/** The exchange cuts times to seconds, and its clock is not ours. */
const EDGE_MS = 60_000;
/** A fill may take this long to show in the exchange's lists and balances. */
const VISIBLE_MS = 15_000;

/** Database against exchange, both ways. A list that broke off yields findings of what it has, and never of what it lacks. */
export function judgeAccount(evidence: AccountEvidence, books: BooksView): Finding[] {
  const intents = new Map(books.intents.map((intent) => [intent.clientOrderId, intent]));
  return [
    ...evidence.pairs.flatMap((pair) => [
      ...unknownPart(pair),
      ...openOrders(pair, evidence.askedMs, books.installId, intents),
      ...missingTrades(pair, books, intents),
      ...phantomFills(pair, evidence, books),
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

/** `null`: not one of ours. */
function strangerOf(clientOrderId: string, installId: string): 'ours' | 'foreign-install' | null {
  const parts = parseClientOrderId(clientOrderId);
  if (parts === null) return null;
  return parts.installId === installId ? 'ours' : 'foreign-install';
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
  installId: string,
  intents: ReadonlyMap<string, Intent>,
): Finding[] {
  return orders.flatMap(({ clientOrderId, exchangeOrderId, side }) => {
    const whose = strangerOf(clientOrderId, installId);
    const what = `open ${side} order ${exchangeOrderId} (${clientOrderId})`;
    if (whose === null) return [];
    if (whose === 'foreign-install') return [foreignInstall(symbol, what)];
    const intent = intents.get(clientOrderId);
    // Still open, or it ended while the exchange was being asked.
    if (intent !== undefined && (OPEN.has(intent.state) || (intent.closedMs ?? 0) >= askedMs)) return [];
    const why = intent === undefined ? 'has no row in the books' : `is ${intent.state} in the books`;
    return [
      finding(
        'CRITICAL',
        'orphan-order',
        symbol,
        `${what} rests at the exchange and ${why}`,
        'pause the pair, then cancel the order at the exchange or start the engine to have it adopted',
      ),
    ];
  });
}

function missingTrades(
  { symbol, trades }: PairEvidence,
  books: BooksView,
  intents: ReadonlyMap<string, Intent>,
): Finding[] {
  const known = new Set(
    books.fills.filter(({ fill }) => fill.symbol === symbol).map(({ fill }) => fill.tradeId),
  );
  const byOrder = new Map<string, OwnTrade[]>();
  for (const trade of trades) {
    if (known.has(trade.fill.tradeId)) continue;
    byOrder.set(trade.clientOrderId, [...(byOrder.get(trade.clientOrderId) ?? []), trade]);
  }
  return [...byOrder].flatMap(([clientOrderId, missing]) => {
    const whose = strangerOf(clientOrderId, books.installId);
    if (whose === null) return [];
    const ids = missing.slice(0, 5).map(({ fill }) => fill.tradeId);
    const what = `${missing.length} trade${missing.length === 1 ? '' : 's'} of ${clientOrderId} (${ids.join(', ')})`;
    if (whose === 'foreign-install')
      return [
        missing.every(({ fill }) => fill.epochMs < books.createdMs)
          ? earlierInstall(symbol, what)
          : foreignInstall(symbol, what),
      ];
    const intent = intents.get(clientOrderId);
    if (intent !== undefined && OPEN.has(intent.state))
      return [
        finding(
          'WARN',
          'missing-trade',
          symbol,
          `${what} not in the ledger yet; the order is ${intent.state}`,
          'the engine books it when it settles the order; start it when it does not run',
        ),
      ];
    const why = intent === undefined ? 'the order has no row' : `the order is ${intent.state}`;
    return [
      finding(
        'CRITICAL',
        'missing-trade',
        symbol,
        `${what} not in the ledger, and ${why} in the books`,
        'pause the pair and start the engine, which books late trades; the ledger is short of them until then',
      ),
    ];
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
  { pairs }: BooksView,
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
  const needed = new Map<string, { amount: Decimal; symbols: string[]; moving: boolean }>();
  for (const pair of pairs) {
    const { symbol, cycle, dust } = pair;
    const coin = symbol.split('/')[0] ?? '';
    const before = needed.get(coin) ?? { amount: ZERO, symbols: [], moving: false };
    needed.set(coin, {
      amount: before.amount.plus(cycle?.baseVolume ?? ZERO).plus(dust.base),
      symbols: [...before.symbols, symbol],
      moving:
        before.moving || blockingIntents(pair).length > 0 || (cycle?.lastFillMs ?? 0) > askedMs - VISIBLE_MS,
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
