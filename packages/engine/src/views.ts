import { type Decimal, text, ZERO } from '@mtrade/money';
import {
  cycleStartState,
  levels,
  type PairState,
  protectiveStop,
  publicState,
  stopTerms,
  type WaitReason,
} from '@mtrade/cycle';
import type { Books } from './books.js';
import type { EngineContext } from './context.js';
import { MarketReader } from './market-reader.js';
import type { AccessView, EngineView, PairView, ProtectionView, ReconciliationView } from './operator.js';
import type { Discrepancy } from './ports/index.js';
import type { LastComparison } from './reconciler.js';
import { bareMs, stopProblem } from './stop-memory.js';

const tradesMissing = ({ intents }: EngineContext, { openIntents }: PairState): WaitReason | null =>
  openIntents.some(({ id }) => intents.get(id)?.isStuck === true) ? 'trades_missing' : null;

const shown = (value: Decimal | null): string | null => value && text(value);

/** The books and the prices as status shows them; every number is computed here and only rendered elsewhere. */
export function engineView(context: EngineContext, last: LastComparison | null): EngineView {
  const reader = new MarketReader(context.board, context.exchangeClock);
  const nowMono = context.clock.monoMs();
  const profit = new Map<string, Decimal>();
  let unknownIntents = 0;
  let maxDecisionAgeMs = 0;
  const pairs = [...context.books.pairs()].map((pair) => {
    const quote = pair.symbol.split('/')[1] ?? '';
    profit.set(quote, (profit.get(quote) ?? ZERO).plus(pair.realizedProfit));
    unknownIntents += pair.openIntents.filter(
      ({ state }) => state === 'UNKNOWN' || state === 'QUARANTINED',
    ).length;
    const view = pairView(context, pair, reader, nowMono);
    // A pair that was never looked at has waited since the start.
    const bornMono = context.pairs.get(pair.symbol)?.bornMono ?? nowMono;
    if (pair.permitted)
      maxDecisionAgeMs = Math.max(maxDecisionAgeMs, view.decision_age_ms ?? Math.round(nowMono - bornMono));
    return view;
  });
  return {
    trading: context.books.trading,
    access: accessView(context),
    pairs,
    profit: Object.fromEntries([...profit].map(([coin, sum]) => [coin, text(sum)])),
    unknown_intents: unknownIntents,
    max_decision_age_ms: maxDecisionAgeMs,
    reconciliation: reconciliationView(context, last),
  };
}

/** Findings shown; the books have all of them. */
const MOST_FINDINGS = 100;

const iso = (ms: number): string => new Date(ms).toISOString();

/** A pair that was resumed or reset has been looked at; one that the books do not know can be neither. */
export const openFindings = (books: Books): readonly Discrepancy[] =>
  [...books.discrepancies()].filter(
    ({ symbol }) => !books.has(symbol) || books.pair(symbol).attention !== null,
  );

function reconciliationView({ books }: EngineContext, last: LastComparison | null): ReconciliationView {
  const open = openFindings(books);
  return {
    last_at: last && iso(last.epochMs),
    result: last && (last.missing === null ? 'complete' : 'incomplete'),
    reason: last && last.missing,
    foreign_engines: books.atLarge().map((one) => ({
      install_id: one.installId,
      first_seen: iso(one.firstSeenMs),
      last_seen: iso(one.lastSeenMs),
      what: one.lastSeen,
    })),
    unknown_stops: (last?.unknownStops ?? []).slice(0, MOST_FINDINGS).map((stop) => ({
      symbol: stop.symbol,
      stop_id: stop.stopId,
      stop_price: stop.triggerPrice,
      amount: stop.amount,
      may_sell_ours: books.has(stop.symbol) && books.pair(stop.symbol).cycle !== null,
    })),
    findings: open.slice(-MOST_FINDINGS).map((one) => ({
      symbol: one.symbol,
      kind: one.kind,
      reference: one.reference,
      client_order_id: one.clientOrderId,
      seen: iso(one.seenMs),
    })),
  };
}

function accessView({ access, budget, clock }: EngineContext): AccessView {
  const nowMono = clock.monoMs();
  const pause = budget.pausedAt(nowMono);
  return {
    budget: Math.floor(budget.tokens(nowMono)),
    paused_until: pause && new Date(clock.epochMs() + pause.untilMono - nowMono).toISOString(),
    paused_reason: pause && pause.reason,
    key_refused: access.keyRefused,
  };
}

function pairView(
  context: EngineContext,
  pair: PairState,
  reader: MarketReader,
  nowMono: ReturnType<EngineContext['clock']['monoMs']>,
): PairView {
  const memory = context.pairs.get(pair.symbol);
  const market = memory ? reader.view(memory.index, nowMono) : null;
  const { cycle } = pair;
  const { breakEven, sellPrice, sellLimit, nextBuyPrice } = levels(
    cycle,
    context.rules.get(pair.symbol) ?? null,
  );
  return {
    symbol: pair.symbol,
    trade: pair.permitted,
    paused: pair.paused,
    state: publicState(pair),
    cycle_start_state: cycleStartState(pair),
    cycle: pair.cyclesStarted,
    step: cycle?.step ?? 0,
    start_price: shown(cycle?.startPrice ?? null),
    last_buy_price: shown(cycle?.lastBuyPrice ?? null),
    base_volume: text(cycle?.baseVolume ?? ZERO),
    invested: text(cycle?.invested ?? ZERO),
    break_even: shown(breakEven),
    sell_price: shown(sellPrice),
    sell_limit: shown(sellLimit),
    next_buy_price: shown(nextBuyPrice),
    last_price: shown(market?.last ?? market?.bid ?? null),
    bid: shown(market?.bid ?? null),
    ask: shown(market?.ask ?? null),
    price_age_ms: market && Number.isFinite(market.ageMs) ? Math.round(market.ageMs) : null,
    price_source: market === null || market.bid === null ? null : reader.isRest ? 'rest' : 'stream',
    blind: memory?.blind ?? null,
    decision_age_ms: memory && memory.decidedMono !== null ? Math.round(nowMono - memory.decidedMono) : null,
    realized_profit: text(pair.realizedProfit),
    attention: pair.attention,
    stop_outs: pair.stopOuts,
    last_exit: pair.lastExit,
    protection: protectionView(context, pair),
    waiting_for: memory ? (tradesMissing(context, pair) ?? memory.waitingFor) : 'not_configured',
    last_step: cycle?.ladder?.rows.at(-1)?.step ?? null,
  };
}

function protectionView(context: EngineContext, pair: PairState): ProtectionView | null {
  const { cycle, position } = pair;
  if (cycle === null || position === null) return null;
  const memory = context.pairs.get(pair.symbol);
  const stop = protectiveStop(pair);
  const rules = context.rules.get(pair.symbol);
  const terms = rules && cycle.phase === 'active' ? stopTerms(cycle, rules) : null;
  return {
    state: position.state,
    stop_price: shown(stop?.stop?.triggerPrice ?? terms?.triggerPrice ?? null),
    stop_id: stop?.stop?.stopId ?? null,
    unprotected_ms: memory ? bareMs(memory, position, context.clock.epochMs(), context.clock.monoMs()) : null,
    problem: position.state === 'active' || !memory ? null : stopProblem(memory),
    rollback: position.rollback,
  };
}
