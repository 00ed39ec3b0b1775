import { type Intent, isOpen, type PairState, safeToDoubtMs, SCAN_GAP_MS, STOP_WAIT_MS } from '@mtrade/cycle';
import type { ChangeSet, OrderRequest, StopRequest } from '@mtrade/engine';
import type { Order, Trade } from '@mtrade/market-sim';
import { decimal, text, ZERO } from '@mtrade/money';
import { fillKey } from './disk.js';
import { Ledger } from './ledger.js';
import type { World } from './world.js';

/** The engine may be wrong about the exchange's clock by this much when it sends (I10). */
const CLOCK_TOLERANCE_MS = 1_000;

/**
 * The promises of the order protocol (section 2.11), held against the exchange's truth and the committed books at every
 * commit, every send and every trade. It trusts nothing that the engine was told.
 */
export class Checker {
  readonly #world: World;
  readonly #ledger = new Ledger();
  readonly #posted = new Set<string>();
  /**
   * Client ids whose order the exchange was made to process twice, or long after it could be: nobody can prevent that.
   * What is asked for instead is that everything is booked, told, and no more bought.
   */
  readonly #beyond = new Set<string>();
  /** Trades that the books have told of as late ones, whatever intent they were told under: a stop has no name. */
  readonly #told = new Set<string>();
  /** Decision about a row to the client id whose order filled. */
  readonly #filledRows = new Map<string, string>();
  readonly #bareSinceMs = new Map<string, number>();
  readonly #alarmed = new Set<string>();
  readonly #bornMs = new Map<number, number>();
  /** Cycles in a row that a stop has ended with a loss, by pair. */
  readonly #stopOuts = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  get beyond(): ReadonlySet<string> {
    return this.#beyond;
  }

  /** The books have said aloud that this trade came after the end of its order. */
  isTold(trade: Trade): boolean {
    return this.#told.has(keyOf(trade));
  }

  bornMs(intentId: number): number {
    return this.#bornMs.get(intentId) ?? 0;
  }

  onBeyond(clientOrderId: string): void {
    this.#beyond.add(clientOrderId);
    this.#world.coinsMayBeMissing = true;
  }

  // ------------------------------------------------------------------------------------------ the wire

  /** One POST leaves for the exchange. */
  onPost(order: OrderRequest): void {
    const { disk, time, stats } = this.#world;
    const { clientOrderId } = order;
    stats.posts += 1;
    const intent = disk.intentByText(clientOrderId);
    if (!intent) return this.#fail('I2', `${clientOrderId} is sent without a committed row`);
    const asCommitted =
      intent.symbol === order.symbol &&
      intent.side === order.side &&
      order.amount === text(intent.baseAmount ?? intent.quoteAmount ?? ZERO) &&
      order.price === (intent.limitPrice && text(intent.limitPrice));
    if (!asCommitted) return this.#fail('I2', `${clientOrderId} is sent otherwise than committed`);
    if (this.#posted.has(clientOrderId)) return this.#fail('I3', `${clientOrderId} is sent twice`);
    this.#posted.add(clientOrderId);
    const lateMs = time.exchangeMs() - order.deadlineMs;
    if (lateMs > CLOCK_TOLERANCE_MS)
      this.#fail('I9', `${clientOrderId} is sent ${lateMs} ms after its deadline`);
  }

  /** One POST of a stop leaves; the answer is the client id that the stop itself does not carry. */
  onStopPost(stop: StopRequest): string {
    const { disk, stats } = this.#world;
    stats.posts += 1;
    const intent = disk.intents.get(stop.intentId);
    const name = intent?.clientOrderId ?? `stop ${stop.intentId}`;
    const asCommitted =
      intent?.stop !== undefined &&
      intent.symbol === stop.symbol &&
      text(intent.stop.triggerPrice) === stop.triggerPrice &&
      text(intent.baseAmount ?? ZERO) === stop.amount;
    if (!asCommitted) this.#fail('I2', `${name} is sent otherwise than committed`);
    if (this.#posted.has(name)) this.#fail('I3', `${name} is sent twice`);
    this.#posted.add(name);
    return name;
  }

  /** An order of ours has a trade on the exchange. */
  onTrade(trade: Trade): void {
    const intent = this.#world.disk.intentByText(trade.text);
    if (this.#beyond.has(trade.text)) return;
    if (!intent) return this.#fail('I2', `order ${trade.text} trades and has no row`);
    if (!isOpen(intent.state))
      this.#fail(
        'I5',
        `${trade.text} trades although its intent is ${intent.state} since ${intent.closedMs}`,
      );
  }

  /** An order of ours has come to its end on the exchange. */
  onOrderEnded(order: Order): void {
    if (order.filledAmount === '0' || this.#beyond.has(order.text)) return;
    const others = this.#world.exchange.truth.orders.get(order.text) ?? [];
    const filled = others.filter((other) => other.filledAmount !== '0');
    if (filled.length > 1)
      return this.#fail('I4', `${order.text}: ${filled.length} filled orders of one name`);
    const intent = this.#world.disk.intentByText(order.text);
    if (!intent || intent.side !== 'buy') return;
    const row = `${intent.symbol} cycle ${intent.cycleId} row ${intent.step}`;
    const earlier = this.#filledRows.get(row);
    if (earlier !== undefined && earlier !== order.text && !this.#beyond.has(earlier))
      return this.#fail('I4', `${row} is bought twice: ${earlier} and ${order.text}`);
    this.#filledRows.set(row, order.text);
  }

  // ------------------------------------------------------------------------------------------ the books

  onCommit(change: ChangeSet, before: PairState | null): void {
    const { stats } = this.#world;
    stats.commits += 1;
    for (const { event, symbol, details } of change.journal ?? []) {
      if (event !== 'order.late-fill') continue;
      stats.lateFills += 1;
      for (const id of details['trades'] as readonly string[])
        this.#told.add(keyOf({ symbol: symbol ?? '', id }));
      if (this.#world.disk.pair(symbol ?? '').attention === null)
        this.#fail('I5', `${String(details['clientOrderId'])}: a late fill, and nothing halts buying`);
    }
    this.#countStopOuts(change);
    for (const intent of change.newIntents ?? []) this.#born(intent);
    for (const { intent, from } of change.intentMoves ?? []) this.#moved(intent, from, change);
    const wrong = this.#ledger.check(change, before);
    if (wrong) this.#fail(wrong.id, wrong.detail);
    if (change.closedCycle) this.#cycleEnded(change);
    if (change.pair) {
      this.#phase(change.pair.symbol);
      this.#protected(change.pair);
    }
    for (const { event, symbol } of change.journal ?? [])
      if (event === 'position.unprotected' && symbol !== null) this.#alarmed.add(symbol);
  }

  #countStopOuts({ journal = [], closedCycle, intentMoves = [] }: ChangeSet): void {
    for (const { event, symbol } of journal)
      if (event === 'operator.resumed' || event === 'operator.reset') this.#stopOuts.delete(symbol ?? '');
    if (closedCycle?.outcome !== 'closed') return;
    const { profit, symbol } = closedCycle;
    const isByStop = intentMoves.at(-1)?.intent.purpose === 'stop-loss';
    if (profit.gte(ZERO)) this.#stopOuts.delete(symbol);
    else if (isByStop) this.#stopOuts.set(symbol, (this.#stopOuts.get(symbol) ?? 0) + 1);
  }

  #born(intent: Intent): void {
    const { disk, time, scenario } = this.#world;
    this.#bornMs.set(intent.id, time.nowMs);
    const open = [...disk.openIntents()].filter(
      (other) => other.symbol === intent.symbol && other.side === intent.side,
    );
    if (open.length > 1)
      this.#fail('I1', `${intent.symbol} has ${open.length} open intents to ${intent.side}: ${names(open)}`);
    const pair = disk.pair(intent.symbol);
    if (intent.side === 'buy' && (!pair.permitted || !disk.trading))
      this.#fail('I19', `${intent.clientOrderId} buys without permission`);
    const lifeMs = intent.stop === undefined ? scenario.orderExpiryMs : STOP_WAIT_MS;
    const wrongMs = Math.abs(time.exchangeMs() + lifeMs - intent.deadlineMs);
    if (intent.offsetErrorMs > CLOCK_TOLERANCE_MS || wrongMs > intent.offsetErrorMs + 2)
      this.#fail(
        'I10',
        `${intent.clientOrderId}: the deadline is ${wrongMs} ms off, ${intent.offsetErrorMs} ms were admitted`,
      );
    const stopOuts = this.#stopOuts.get(intent.symbol) ?? 0;
    if (intent.purpose === 'start' && scenario.maxStopOuts > 0 && stopOuts >= scenario.maxStopOuts)
      this.#fail('R4', `${intent.clientOrderId} buys after ${stopOuts} losses by stops in a row`);
    const { cycle } = pair;
    const row = cycle?.ladder?.rows[intent.step];
    if (intent.purpose === 'average' && !(row && intent.limitPrice?.lte(row.rate)))
      this.#fail('R1', `${intent.clientOrderId} buys above its row`);
    this.#restsOnAPrice(intent);
  }

  /** R3: what an order wants was there, on the exchange, within the limit of a price's age. */
  #restsOnAPrice({ clientOrderId, symbol, side, limitPrice, stop }: Intent): void {
    // A stop waits for its price.
    if (stop !== undefined) return;
    const { markets, symbols, scenario, time } = this.#world;
    const market = markets[symbols.indexOf(symbol)];
    const fromMs = time.nowMs - scenario.staleAfterMs - CLOCK_TOLERANCE_MS;
    if (limitPrice !== null && market && !market.hasOffered(side, limitPrice, fromMs))
      this.#fail('R3', `${clientOrderId} wants ${text(limitPrice)}, which the exchange did not offer lately`);
  }

  #moved(intent: Intent, from: Intent['state'], change: ChangeSet): void {
    const { stats } = this.#world;
    const who = intent.clientOrderId;
    if (intent.state === 'UNKNOWN' && from !== 'UNKNOWN') stats.unknown += 1;
    if (intent.state === 'QUARANTINED' && from !== 'QUARANTINED') stats.quarantined += 1;
    // A resting stop is as old as it likes; from its firing on it has to get on like any order.
    if (from === 'LIVE') this.#bornMs.set(intent.id, this.#world.time.nowMs);
    if (isOpen(intent.state)) return;
    if (!isOpen(from)) this.#fail('I14', `${who} leaves ${from}, which is an end`);
    if (intent.state === 'NEVER') {
      stats.never += 1;
      this.#proven(intent);
    }
    this.#settledFromTrades(intent, change);
  }

  /** I13: two complete scans after T_safe, a gap apart. */
  #proven(intent: Intent): void {
    const safeMs = safeToDoubtMs(intent);
    const scans = intent.proof.filter((scan) => scan.complete && scan.startedAtMs > safeMs);
    const [first, second] = scans;
    if (!first || !second || second.startedAtMs - first.startedAtMs < SCAN_GAP_MS)
      this.#fail('I13', `${intent.clientOrderId} is NEVER with ${scans.length} good scans`);
  }

  /** I5, I6: at its end an intent has exactly the trades that the exchange knows of it. */
  #settledFromTrades(intent: Intent, change: ChangeSet): void {
    const { stats } = this.#world;
    if (this.#beyond.has(intent.clientOrderId)) return;
    const truth = this.#tradesOf(intent);
    const booked = (change.fills ?? []).filter(({ intentId }) => intentId === intent.id);
    stats.fills += booked.length;
    const known = new Set(truth.map((trade) => fillKey({ symbol: trade.symbol, tradeId: trade.id })));
    const same = booked.length === truth.length && booked.every(({ fill }) => known.has(fillKey(fill)));
    if (!same)
      return this.#fail(
        'I5',
        `${intent.clientOrderId} is ${intent.state} with ${booked.length} trades, the exchange has ${truth.length}`,
      );
    for (const { fill } of booked) {
      const trade = truth.find(({ id }) => id === fill.tradeId);
      const fee = trade?.fee === '0' && trade.gtFee !== '0' ? trade.gtFee : trade?.fee;
      if (trade && fill.baseAmount.eq(decimal(trade.amount)) && fill.fee.eq(decimal(fee ?? '0'))) continue;
      return this.#fail('I6', `trade ${fill.tradeId} is booked otherwise than the exchange has it`);
    }
  }

  /**
   * A stop has no name. One that arrives long after it was given up looks like its successor, whose outcome is not known
   * either: taken for that it is that, and what has become of the successor's own POST nobody can know.
   */
  #tradesOf({ clientOrderId, exchangeOrderId, stop }: Intent): readonly Trade[] {
    const { trades } = this.#world.exchange.truth;
    const own = trades.get(clientOrderId) ?? [];
    if (stop === undefined || exchangeOrderId === null) return own;
    const late = [...this.#beyond]
      .flatMap((name) => trades.get(name) ?? [])
      .filter((trade) => trade.orderId === exchangeOrderId);
    if (late.length === 0) return own;
    this.onBeyond(clientOrderId);
    return late;
  }

  #cycleEnded(change: ChangeSet): void {
    const { stats } = this.#world;
    const cycle = change.closedCycle;
    if (cycle?.outcome !== 'closed') return;
    stats.cycles += 1;
    const seller = change.intentMoves?.at(-1)?.intent;
    if (seller?.purpose === 'take-profit' && cycle.profit.lt(ZERO))
      this.#fail('R2', `cycle ${cycle.id} of ${cycle.symbol} took a loss of ${text(cycle.profit)} by itself`);
  }

  /** I7: a cycle is buying exactly while its start buy is open, and active exactly while it holds something. */
  #protected({ symbol, position }: PairState): void {
    if (position?.state === 'pending_sl') {
      if (!this.#bareSinceMs.has(symbol)) this.#bareSinceMs.set(symbol, this.#world.time.nowMs);
      return;
    }
    this.#bareSinceMs.delete(symbol);
    this.#alarmed.delete(symbol);
  }

  /** I27: how long a position has been without its stop and without an alarm; 0 while all is well. */
  silentlyBareMs(symbol: string): number {
    const sinceMs = this.#bareSinceMs.get(symbol);
    return sinceMs === undefined || this.#alarmed.has(symbol) ? 0 : this.#world.time.nowMs - sinceMs;
  }

  #phase(symbol: string): void {
    const pair = this.#world.disk.pair(symbol);
    const { cycle } = pair;
    if (cycle === null) return;
    const isStarting = pair.openIntents.some(
      (intent) => intent.purpose === 'start' && intent.cycleId === cycle.id,
    );
    if ((cycle.phase === 'buying') !== isStarting)
      this.#fail('I7', `${symbol}: cycle ${cycle.id} is ${cycle.phase}, start buy open: ${isStarting}`);
    if (cycle.phase === 'active' && !cycle.baseVolume.gt(ZERO))
      this.#fail('I7', `${symbol}: cycle ${cycle.id} is active and holds nothing`);
  }

  #fail(id: string, detail: string): void {
    this.#world.fail(id, detail);
  }
}

const keyOf = ({ symbol, id }: Pick<Trade, 'symbol' | 'id'>): string => fillKey({ symbol, tradeId: id });

const names = (intents: readonly Intent[]): string =>
  intents.map((intent) => `${intent.clientOrderId} ${intent.state}`).join(', ');
