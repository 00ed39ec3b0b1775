import { systemClock } from '@mtrade/base';
import {
  type Cycle,
  cycleStartState,
  type PairState,
  protectiveStop,
  publicState,
  storedLevels,
  unprotectedMs,
} from '@mtrade/cycle';
import { decimal, type Decimal, quotient, roundHalfUp, scaled, sumsByKey, text, ZERO } from '@mtrade/money';
import { investedByQuote, type StatusJson, withFigures } from '@mtrade/runtime';
import { openReader, type Reader } from '@mtrade/store';
import { join } from 'node:path';

/** The public status of an engine that does not run: the same fields, from the books alone, and how old they are. */
export interface StoredStatus extends StatusJson {
  readonly running: false;
  /** Latest change of the books, ISO 8601. */
  readonly stored_at: string;
  readonly stored_age_ms: number;
}

const textOrNull = (value: Decimal | null | undefined): string | null =>
  value === null || value === undefined ? null : text(value);

/** What a fee is taken for where no trade shows one: that of the configuration's defaults. */
const USUAL_FEE_RATE = scaled(2, 3);
/** Fees themselves are rounded by the exchange; the rate behind them is not so long. */
const RATE_DECIMALS = 6;

/** The fee of one side as the newest trade of the cycle shows it: the exchange's rules are not in the books. */
function feeRateOf({ history }: Reader, symbol: string, { id }: Cycle): Decimal {
  const [trade] = history.trades({ cycleId: id, limit: 1 }).rows;
  if (trade === undefined) return USUAL_FEE_RATE;
  const [base, quote] = symbol.split('/');
  const of = trade.feeCoin === base ? trade.amount : trade.feeCoin === quote ? trade.cost : null;
  return of === null ? USUAL_FEE_RATE : roundHalfUp(quotient(decimal(trade.fee), decimal(of)), RATE_DECIMALS);
}

/** Prices belong to a running engine; only what the books know is told. */
function storedPair(pair: PairState, reader: Reader): StatusJson['pairs'][number] {
  const { cycle } = pair;
  const { breakEven, sellPrice, sellLimit, nextBuyPrice } =
    cycle === null ? storedLevels(null, ZERO) : storedLevels(cycle, feeRateOf(reader, pair.symbol, cycle));
  return withFigures({
    symbol: pair.symbol,
    trade: pair.permitted,
    paused: pair.paused,
    state: publicState(pair),
    cycle_start_state: cycleStartState(pair),
    cycle: cycle?.number ?? pair.cyclesStarted,
    step: cycle?.step ?? 0,
    start_price: textOrNull(cycle?.startPrice),
    last_buy_price: textOrNull(cycle?.lastBuyPrice),
    base_volume: text(cycle?.baseVolume ?? ZERO),
    invested: text(cycle?.invested ?? ZERO),
    break_even: textOrNull(breakEven),
    sell_price: textOrNull(sellPrice),
    sell_limit: textOrNull(sellLimit),
    next_buy_price: textOrNull(nextBuyPrice),
    last_price: null,
    bid: null,
    ask: null,
    price_age_ms: null,
    price_source: null,
    blind: null,
    decision_age_ms: null,
    realized_profit: text(pair.realizedProfit),
    attention: pair.attention,
    stop_outs: pair.stopOuts,
    last_exit: pair.lastExit,
    protection: storedProtection(pair),
    waiting_for: null,
    last_step: cycle?.ladder?.rows.at(-1)?.step ?? null,
  });
}

function storedProtection(pair: PairState): StatusJson['pairs'][number]['protection'] {
  const { position } = pair;
  if (position === null) return null;
  const stop = protectiveStop(pair)?.stop;
  return {
    state: position.state,
    stop_price: textOrNull(stop?.triggerPrice),
    stop_id: stop?.stopId ?? null,
    unprotected_ms: unprotectedMs(position, systemClock.epochMs()),
    problem: null,
    rollback: position.rollback,
  };
}

function profitByQuote(pairs: readonly PairState[]): Record<string, string> {
  const sums = sumsByKey(
    pairs.map(({ symbol, realizedProfit }) => [symbol.split('/')[1] ?? '', realizedProfit]),
  );
  return Object.fromEntries([...sums].map(([quote, sum]) => [quote, text(sum)]));
}

const NO_LATENCY = { p50: 0, p99: 0, max: 0, count: 0 };
const DOWN = { alive: false, restarts: 0, heartbeat_age_ms: null };
const NO_STATS: StatusJson['stats'] = {
  cycler_iterations: 0,
  cycler_processed: 0,
  cycler_skipped: 0,
  reactor_updates: 0,
  reactor_queued: 0,
  reactor_debounced: 0,
  urgent_processed: 0,
  urgent_skipped: 0,
  errors: 0,
};

/** Null when nothing was ever stored. Throws MTRADE_DATABASE when what is there cannot be read. */
export function readStoredStatus(dataDir: string, version: string): StoredStatus | null {
  const reader = openReader({ path: join(dataDir, 'mtrade.db') });
  if (reader === null) return null;
  try {
    const pairs = reader.pairs();
    const shown = pairs.map((pair) => storedPair(pair, reader));
    const { changedMs } = reader.age();
    return {
      schema: 1,
      running: false,
      stored_at: new Date(changedMs).toISOString(),
      stored_age_ms: Math.max(0, systemClock.epochMs() - changedMs),
      pid: null,
      version,
      started_at: null,
      mode: reader.identity.mode,
      exchange: reader.identity.exchange,
      trading: reader.trading(),
      data_dir: dataDir,
      stats: NO_STATS,
      workers: { reactor: DOWN, cycler: DOWN },
      latency_us: { tick_to_decision: NO_LATENCY, tick_to_order: NO_LATENCY },
      pairs: shown,
      profit: profitByQuote(pairs),
      invested: investedByQuote(shown),
      internal: {},
      urgent_queue_depth: 0,
      unknown_intents: pairs.filter((pair) => publicState(pair) === 'unknown').length,
      max_decision_age_ms: 0,
      feed: { connected: false, reconnects: 0, malformed_frames: 0, reason: 'not running' },
    };
  } finally {
    reader.close();
  }
}
