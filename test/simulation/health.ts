import { DUPLICATE, type Intent, L_VIS_MS, type WaitReason } from '@mtrade/cycle';
import { DEFAULT_USER_ID } from '@mtrade/market-sim';
import { decimal, text, ZERO } from '@mtrade/money';
import { fillKey } from './disk.js';
import type { EngineProcess } from './engine-process.js';
import type { World } from './world.js';

/** A pair that nobody looks at for so long, by a cycler that lives, is starved. An error lets a pair rest a minute. */
const STARVED_AFTER_MS = 150_000;
const CLOSES_WITHIN_MS = 60_000;
/** As often as the world is looked at. */
const LOOK_MS = 60_000;

/** I15, I20, I22 and that no pair starves: what one living process must show at any time. */
export function checkProcess(world: World, process: EngineProcess): void {
  const { board } = process;
  const read = (name: Parameters<typeof board.counters.read>[0]): number => board.counters.read(name);
  const accounted =
    read('reactor_unchanged') + read('reactor_queued') + read('reactor_debounced') + read('urgent_full');
  if (read('reactor_updates') !== accounted)
    world.fail('I22', `${read('reactor_updates')} updates, ${accounted} accounted for`);
  if (board.urgent.depth() > world.scenario.urgentCapacity)
    world.fail('I20', `${board.urgent.depth()} pairs on the urgent queue`);
  const { cyclerAliveMs } = process;
  for (const [index, symbol] of board.symbols.entries()) {
    const { permitted, cycle } = world.disk.pair(symbol);
    // A pair with nothing to do is passed over; from its permission on it is served again.
    if (!permitted && cycle === null) process.passedOverMs[index] = world.time.nowMs;
    const wantedMs = world.time.nowMs - (process.passedOverMs[index] ?? 0);
    if (Math.min(wantedMs, cyclerAliveMs) < STARVED_AFTER_MS) continue;
    const ageMs = board.slots.elapsedMs(index, world.time.host.monoMs());
    if (ageMs > STARVED_AFTER_MS)
      world.fail('I17', `${symbol} was not looked at for ${Math.round(ageMs)} ms`);
    checkRenewal(world, symbol);
    const bareMs = world.checker.silentlyBareMs(symbol);
    if (bareMs > STARVED_AFTER_MS)
      world.fail('I27', `${symbol} has had no stop for ${Math.round(bareMs)} ms, and no alarm is up`);
  }
}

/**
 * Before its end a stop has to be replaced; whatever happened in this time may have been in the way. A fault that lasts
 * (an outage, a closed market) is in the way until it is over, and the engine hears within a minute that it is.
 */
const UNTROUBLED_MS = 90_000;
/** Minutes after the last fault no position lies without its stop for longer. */
const BARE_MS = 120_000;

/** I27: while nothing is in its way the engine replaces a stop before the exchange ends it. */
function checkRenewal(world: World, symbol: string): void {
  const { disk, exchange, time, weather } = world;
  const { tradeStatus } = exchange.core.pairs.find((spec) => spec.symbol === symbol) ?? {};
  const isUntroubled =
    !weather.isOut(time.nowMs) && disk.trading && (tradeStatus === 'tradable' || tradeStatus === 'sellable');
  if (!isUntroubled) return;
  // The exchange's clock and the run's own have begun apart and go nearly alike.
  const aheadMs = time.exchangeMs() - time.nowMs;
  const troubledMs = Math.max(world.faultMs, world.reopenedMs(symbol), weather.outUntilMs);
  for (const { id, status, finishMs } of exchange.stopsOf(symbol)) {
    const endMs = (finishMs ?? 0) - aheadMs;
    const isNew = endMs > time.nowMs - LOOK_MS;
    if (status !== 'expired' || !isNew || troubledMs > endMs - UNTROUBLED_MS) continue;
    const intent = [...disk.intents.values()].find(({ stop }) => stop?.stopId === id);
    const others = disk
      .pair(symbol)
      .openIntents.filter((other) => other.id !== intent?.id && !isResting(other));
    if (intent !== undefined && others.length === 0)
      world.fail('I27', `stop ${id} of ${symbol} has expired, and nothing was in the way of another one`);
  }
}

/** I18: with the faults off every intent closes. */
export function checkClosing(world: World, healedMs: number): void {
  const limitMs = world.scenario.orderExpiryMs + 1_000 + L_VIS_MS + CLOSES_WITHIN_MS;
  for (const intent of world.disk.openIntents()) {
    if (isResting(intent)) continue;
    const ageMs = world.time.nowMs - Math.max(healedMs, world.checker.bornMs(intent.id));
    if (ageMs > limitMs)
      world.fail(
        'I18',
        `${intent.clientOrderId} is still ${intent.state} after ${Math.round(ageMs)} quiet ms`,
      );
  }
}

/** Why a pair may wait on a good day; anything else after minutes of quiet means that the engine has not recovered. */
const GOOD_REASONS: ReadonlySet<string> = new Set<WaitReason>([
  'not_permitted',
  'only_sells',
  'paused',
  'needs_attention',
  'intent_open',
  'outcome_unknown',
  'not_tradable',
  'rate_limited',
  'backing_off',
  'insufficient_quote',
  'below_minimum',
  'price_above_row',
  'drop_insufficient',
  'bid_below_required',
  'ladder_exhausted',
  'stop_reached',
  'stop_ending',
  'rolling_back',
]);
const LONGEST_BACK_OFF_MS = 300_000;
/** A slow network may let an order expire on any day; its three samples of the clock are slow, too. */
const MEASURED_WITHIN_MS = 30_000;

/** With the faults off the engine trades again: it knows prices, account, rules and time, and no pair waits for ever. */
export function checkTrading(world: World): void {
  const view = world.lastView;
  if (view === null || !view.trading)
    return world.fail('I18', 'the engine does not trade after a quiet while');
  for (const { symbol, waiting_for: reason, state, protection } of view.pairs) {
    const pair = world.disk.pair(symbol);
    const aheadMs = pair.retryAtMs - world.time.host.epochMs();
    if (aheadMs > LONGEST_BACK_OFF_MS && reason === 'backing_off')
      world.fail(
        'N20',
        `${symbol} backs off for ${Math.round(aheadMs / 1_000)} s because the wall clock has jumped`,
      );
    const isMeasuring =
      reason === 'clock_uncertain' && world.time.nowMs - world.expiredMs < MEASURED_WITHIN_MS;
    // All markets are open again, and one that holds something is told so within a minute.
    const isStale = reason === 'not_tradable' && pair.cycle !== null;
    if (reason !== null && !isMeasuring && (isStale || !GOOD_REASONS.has(reason)))
      world.fail('I18', `${symbol} is ${state} and waits: ${reason}`);
    const isBare = protection !== null && (protection.unprotected_ms ?? 0) > BARE_MS;
    if (isBare && protection.rollback === null && protection.stop_price !== null)
      world.fail(
        'I27',
        `${symbol} has had no stop for ${protection.unprotected_ms} ms: ${protection.problem}`,
      );
  }
}

/** At the end: nothing is missing in the books, nothing is too much, and the coins are there. */
export function checkEnd(world: World): void {
  const { disk, exchange, checker } = world;
  const booked = new Set(disk.fills.keys());
  for (const [clientOrderId, trades] of exchange.truth.trades) {
    const intent = disk.intentByText(clientOrderId);
    if (!intent) world.fail('I5', `${clientOrderId} traded and has no row`);
    for (const { symbol, id } of trades)
      if (!booked.delete(fillKey({ symbol, tradeId: id })))
        world.fail('I5', `trade ${id} of ${clientOrderId} (${intent?.state}) is not in the books`);
  }
  const [extra] = booked;
  for (const intent of disk.openIntents())
    if (!isResting(intent)) world.fail('I18', `${intent.clientOrderId} is still ${intent.state} at the end`);
  for (const { spec } of world.scenario.pairs) checkStops(world, spec.symbol);
  for (const clientOrderId of checker.beyond) checkTold(world, clientOrderId);
  if (extra !== undefined) world.fail('I5', `trade ${extra} is in the books and not on the exchange`);
  if (!world.coinsMayBeMissing) checkCoins(world);
}

const isResting = ({ state, stop }: Intent): boolean => state === 'LIVE' && stop !== undefined;

/** I27, after healing: exactly the stop that the books have lies on the exchange, for each position that wants one. */
function checkStops(world: World, symbol: string): void {
  const { position, openIntents } = world.disk.pair(symbol);
  const stop = openIntents.find(isResting);
  const there = world.exchange.stopsOf(symbol).filter(({ status }) => status === 'open');
  const ids = there.map(({ id }) => id).join(', ') || 'none';
  const known = stop?.stop?.stopId ?? 'none';
  if (ids !== known) world.fail('I27', `${symbol}: the exchange has the stops ${ids}, the books ${known}`);
  const isHeld = position !== null && (position.state === 'pending_sl' || position.state === 'active');
  if (isHeld && stop === undefined && world.checker.silentlyBareMs(symbol) > 0)
    world.fail('I27', `${symbol} is held without a stop at the end, and no alarm is up`);
}

/** What traded after its end, or twice, was said aloud; a trade of an intent's own order is none of that. */
function checkTold(world: World, clientOrderId: string): void {
  const { disk, exchange, checker } = world;
  for (const trade of exchange.truth.trades.get(clientOrderId) ?? []) {
    const booked = disk.fills.get(fillKey({ symbol: trade.symbol, tradeId: trade.id }));
    const owner = booked && disk.intents.get(booked.intentId);
    const isOrdinary = owner?.exchangeOrderId === trade.orderId || owner?.finishAs === DUPLICATE;
    if (!isOrdinary && !checker.isTold(trade))
      world.fail('I5', `${clientOrderId} traded after its end, and nobody was told (${trade.id})`);
  }
}

/** When nothing but the engine's own orders has taken coins, the account holds what the books say. */
function checkCoins(world: World): void {
  const balances = world.exchange.core.balances(DEFAULT_USER_ID);
  const held = new Map<string, ReturnType<typeof decimal>>();
  for (const { spec } of world.scenario.pairs) {
    const { cycle, dust } = world.disk.pair(spec.symbol);
    const base = (held.get(spec.base) ?? ZERO).plus(cycle?.baseVolume ?? ZERO).plus(dust.base);
    held.set(spec.base, base);
  }
  for (const [coin, amount] of held) {
    const view = balances[coin];
    const there = view ? decimal(view.available).plus(decimal(view.locked)) : ZERO;
    if (there.lt(amount))
      world.fail('I5', `the books hold ${text(amount)} ${coin}, the account ${text(there)}`);
  }
}
