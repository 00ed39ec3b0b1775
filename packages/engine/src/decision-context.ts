import { assert, type MonoMs } from '@mtrade/base';
import {
  blockingIntents,
  type DecisionContext,
  ledgerBase,
  type PairState,
  restingStop,
} from '@mtrade/cycle';
import { type Decimal, ZERO } from '@mtrade/money';
import type { EngineContext } from './context.js';
import type { MarketReader } from './market-reader.js';

/** Everything outside the books that a decision about this pair rests on, as it is at this moment. */
export function decisionContext(
  context: EngineContext,
  pair: PairState,
  reader: MarketReader,
  nowMono: MonoMs,
): DecisionContext {
  const { books, clock, options, access, account, budget, exchangeClock } = context;
  const memory = context.pairs.get(pair.symbol);
  const params = context.params.get(pair.symbol);
  assert(memory && params, `${pair.symbol} is not configured`);
  const rules = context.rules.get(pair.symbol) ?? null;
  return {
    nowMs: clock.epochMs(),
    exchangeNowMs: exchangeClock.known ? exchangeClock.now(nowMono) : null,
    stopLifeMs: options.stopLifeMs,
    trading: books.trading && !context.draining,
    sellWhenForbidden: options.sellWhenForbidden,
    staleAfterMs: options.staleAfterMs,
    market: reader.view(memory.index, nowMono),
    account:
      rules &&
      account.view(rules, lastActivityMono(context, pair, nowMono), heldByOthers(context, pair), nowMono),
    rules,
    params,
    clockCertain: exchangeClock.errorMs(nowMono) < options.maxClockErrorMs,
    reconciled: context.reconciled && memory.surplusStops.size === 0,
    soleEngine: books.atLarge().length === 0,
    keyAccepted: access.keyRefused === null,
    budget: { buy: budget.allows(nowMono), sell: budget.allowsUrgent(nowMono) },
  };
}

/** ETH/USDT and ETH/BTC share one balance of ETH: what the books of one hold is not the other's. */
function heldByOthers({ books, sameBase }: EngineContext, pair: PairState): Decimal {
  let held = ZERO;
  for (const symbol of sameBase.get(pair.symbol) ?? []) held = held.plus(ledgerBase(books.pair(symbol)));
  return held;
}

/**
 * When the pair's base coin last moved by an order of ours. An order of another pair that is still open may have moved
 * it already without the books knowing.
 */
function lastActivityMono(context: EngineContext, pair: PairState, nowMono: MonoMs): MonoMs | null {
  const { books, pairs, sameBase } = context;
  if (mayHaveFired(context, pair)) return nowMono;
  let last = pairs.get(pair.symbol)?.lastActivityMono ?? null;
  for (const symbol of sameBase.get(pair.symbol) ?? []) {
    const neighbour = books.pair(symbol);
    if (blockingIntents(neighbour).length > 0 || mayHaveFired(context, neighbour)) return nowMono;
    const other = pairs.get(symbol)?.lastActivityMono ?? null;
    if (other !== null && (last === null || other > last)) last = other;
  }
  return last;
}

/**
 * A stop sells without asking. Until a look has found it open after the balances were asked for, what is missing there
 * may be what it has sold.
 */
function mayHaveFired({ account, stops }: EngineContext, pair: PairState): boolean {
  const stop = restingStop(pair);
  if (stop === undefined) return false;
  const openAtMono = stops.get(stop.id)?.openAtMono ?? null;
  return openAtMono === null || openAtMono < (account.requestedMono ?? 0);
}
