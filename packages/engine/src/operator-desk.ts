import { assert, type EpochMs, type MonoMs, MtradeError } from '@mtrade/base';
import { text } from '@mtrade/money';
import {
  type Intent,
  isRestored,
  isUnresolved,
  manualSell,
  type PairState,
  restingStop,
  pause,
  reset,
  resume,
  setPermission,
} from '@mtrade/cycle';
import { decisionContext } from './decision-context.js';
import type { EngineContext, PairMemory } from './context.js';
import { journal } from './journal.js';
import { MarketReader } from './market-reader.js';
import type { OperatorCommand } from './operator.js';
import { placeOrder } from './placing.js';
import type { ForeignInstall, WireStop } from './ports/index.js';
import { cancelStop } from './protecting.js';
import { SELL_WITHIN_MS } from './stop-memory.js';

const refused = (command: string, message: string): MtradeError =>
  new MtradeError('MTRADE_COMMAND', message, { command });

/** Orders whose outcome the exchange has not told yet: they stay with the pair, block it and are looked for all the same. */
function unresolved({ openIntents }: PairState): Readonly<Record<string, unknown>> {
  const open = openIntents.filter(({ state }) => isUnresolved(state));
  if (open.length === 0) return {};
  return {
    outcome_unknown: open.map(({ clientOrderId, side }) => ({ client_order_id: clientOrderId, side })),
  };
}

/** Carries out the operator's commands between two passes. An answer means: committed. None of them waits for the exchange. */
export class OperatorDesk {
  readonly #context: EngineContext;
  readonly #market: MarketReader;
  readonly #unknownStops: () => readonly WireStop[];

  /** `unknownStops`: stops at the exchange that the books did not know when they were compared last. */
  constructor(context: EngineContext, unknownStops: () => readonly WireStop[]) {
    this.#context = context;
    this.#unknownStops = unknownStops;
    this.#market = new MarketReader(context.board, context.exchangeClock);
  }

  carryOut(command: OperatorCommand): Readonly<Record<string, unknown>> {
    if (command.name === 'trading') return this.#trading(command.on);
    const pair = this.#pair(command);
    switch (command.name) {
      case 'permit':
        return this.#change(
          setPermission(pair, command.on),
          command.on ? 'operator.permitted' : 'operator.forbidden',
        );
      case 'pause':
        return this.#change(pause(pair), 'operator.paused');
      case 'resume':
        return this.#resume(pair);
      case 'reset':
        return this.#reset(pair);
      case 'sell-now':
        return this.#sellNow(pair);
    }
  }

  #pair(command: { readonly name: string; readonly symbol: string }): PairState {
    if (!this.#context.pairs.has(command.symbol))
      throw refused(command.name, `${command.symbol} is not a configured pair`);
    return this.#context.books.pair(command.symbol);
  }

  #trading(on: boolean): Readonly<Record<string, unknown>> {
    const { books, clock } = this.#context;
    const nowMs = clock.epochMs();
    const told = on ? this.#acknowledged() : [];
    const foreignEngines = told.map(({ installId }) => installId);
    const entry = journal(nowMs, on ? 'operator.trading-started' : 'operator.trading-stopped', null);
    books.commit({
      trading: on,
      foreignInstalls: told,
      journal: [
        entry,
        ...foreignEngines.map((installId) =>
          journal(nowMs, 'operator.foreign-acknowledged', null, { installId }),
        ),
      ],
    });
    // Whoever switches trading on has mended the key; a wrong one is refused again by the next order, and halts again.
    if (on) this.#context.access.keyRefused = null;
    this.#disarmAll();
    return { trading: on, ...(told.length > 0 && { acknowledged: foreignEngines }) };
  }

  /** Whoever switches trading on says that nobody else trades here any more. What is seen later counts anew. */
  #acknowledged(): ForeignInstall[] {
    const { books, clock, exchangeClock } = this.#context;
    const nowMs = exchangeClock.known ? exchangeClock.now(clock.monoMs()) : clock.epochMs();
    return books
      .atLarge()
      .map((one) => ({ ...one, acknowledgedMs: Math.max(nowMs, one.lastSeenMs) as EpochMs }));
  }

  #change(pair: PairState, event: string): Readonly<Record<string, unknown>> {
    const { books, clock } = this.#context;
    books.commit({ pair, journal: [journal(clock.epochMs(), event, pair.symbol)] });
    this.#disarm(pair.symbol);
    return { symbol: pair.symbol, trade: pair.permitted, paused: pair.paused };
  }

  /** Of restored books a stop that newer ones have placed may lie there still: beside it the engine would place its own. */
  #resume(pair: PairState): Readonly<Record<string, unknown>> {
    const stops = isRestored(pair) ? this.#stopsOf(pair.symbol) : [];
    if (stops.length === 0) return { ...this.#change(resume(pair), 'operator.resumed'), ...unresolved(pair) };
    // Whoever cancels them now need not wait for the next comparison to be due.
    this.#context.wantsComparison = true;
    const named = stops.map((stop) => `${stop.stopId} (${stop.amount} at ${stop.triggerPrice})`).join(', ');
    throw refused(
      'resume',
      `${pair.symbol} is not resumed: these restored books do not know the stop ${named} at the exchange, and a second one would lie beside it; cancel it there, then resume again after a minute`,
    );
  }

  readonly #stopsOf = (symbol: string): readonly WireStop[] =>
    this.#unknownStops().filter((stop) => stop.symbol === symbol);

  #reset(before: PairState): Readonly<Record<string, unknown>> {
    const { books, clock } = this.#context;
    const nowMs = clock.epochMs();
    const { pair, closed, coins } = reset(before, nowMs);
    const details = { cycle: closed?.number ?? null, base: text(coins.base), cost: text(coins.cost) };
    books.commit({
      pair,
      ...(closed && { closedCycle: { ...closed, symbol: pair.symbol } }),
      journal: [journal(nowMs, 'operator.reset', pair.symbol, details)],
    });
    this.#disarm(pair.symbol);
    const stops = this.#stopsOf(pair.symbol).map(({ stopId, amount, triggerPrice }) => ({
      stop_id: stopId,
      amount,
      stop_price: triggerPrice,
    }));
    return {
      symbol: pair.symbol,
      paused: pair.paused,
      // Null: none was open, and the pair is paused all the same.
      cycle: closed?.number ?? null,
      coins_left: text(coins.base),
      cost: text(coins.cost),
      ...unresolved(pair),
      // They lie there still and sell the coins that are the operator's now.
      ...(stops.length > 0 && { unknown_stops: stops }),
    };
  }

  #sellNow(pair: PairState): Readonly<Record<string, unknown>> {
    const nowMono = this.#context.clock.monoMs();
    const context = decisionContext(this.#context, pair, this.#market, nowMono);
    const decision = manualSell(pair, context);
    if (decision === null) throw refused('sell-now', `${pair.symbol} holds no position to sell`);
    if (decision.type === 'wait')
      throw refused('sell-now', `${pair.symbol} cannot be sold right now: ${decision.reason}`);
    if (decision.type === 'attention') throw refused('sell-now', decision.reason);
    const stop = restingStop(pair);
    if (stop) this.#sellAfterStop(pair, stop, nowMono);
    else placeOrder(this.#context, pair, decision.draft, { nowMono, tickMono: null });
    this.#disarm(pair.symbol);
    const { baseAmount, limitPrice } = decision.draft;
    return {
      symbol: pair.symbol,
      amount: baseAmount && text(baseAmount),
      limit: limitPrice && text(limitPrice),
      bid: context.market.bid && text(context.market.bid),
      // Once sold, nothing but the operator keeps the pair from buying again.
      starts_anew: pair.permitted && !pair.paused,
      ...(stop && { after_stop: true }),
    };
  }

  /** The stop has to end first, or it would sell a second time; the sale follows within a moment, or is given up. */
  #sellAfterStop(pair: PairState, stop: Intent, nowMono: MonoMs): void {
    const { books, clock, pairs } = this.#context;
    const { position } = pair;
    assert(position, `${pair.symbol} has a stop and no position`);
    const nowMs = clock.epochMs();
    const sellUntilMs = (nowMs + SELL_WITHIN_MS) as EpochMs;
    books.commit({
      pair: { ...pair, position: { ...position, sellUntilMs } },
      journal: [journal(nowMs, 'operator.sell-now', pair.symbol, { waitsFor: 'stop' })],
    });
    // Asked for once more, the wish begins anew.
    (pairs.get(pair.symbol) as PairMemory).sellUntilMono = null;
    cancelStop(this.#context, stop, 'manual-sell', nowMono);
  }

  /** The next pass arms anew, under what the operator has just decided. */
  #disarm(symbol: string): void {
    const { board } = this.#context;
    const index = board.indexOf(symbol);
    if (index >= 0) board.triggers.arm(index, { buyAtOrBelow: null, askLevel: 1, sellAtOrAbove: null });
  }

  #disarmAll(): void {
    for (const symbol of this.#context.symbols) this.#disarm(symbol);
  }
}
