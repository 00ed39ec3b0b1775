import { z } from '@hono/zod-openapi';
import { COUNTERS } from '@mtrade/board';
import type { ProblemJson } from './problem.js';
import type { StatName, StatusJson } from './status-json.js';

/**
 * The shapes of the API, for checking what comes in and for the OpenAPI document. What goes out is typed by its own
 * interface; the compiler checks that both say the same.
 */
const decimal = z.string().openapi({ example: '0.1' });
const ageMs = z.number().nullable();
const count = z.number().int();

const worker = z.object({ alive: z.boolean(), restarts: count, heartbeat_age_ms: ageMs });
const latency = z.object({ p50: z.number(), p99: z.number(), max: z.number(), count });

const protection = z.object({
  state: z.string().openapi({ enum: ['pending_entry', 'entry_placed', 'pending_sl', 'active'] }),
  stop_price: decimal.nullable(),
  stop_id: z.string().nullable(),
  unprotected_ms: ageMs,
  problem: z.string().nullable(),
  rollback: z.string().nullable(),
});

export const pairSchema = z
  .object({
    symbol: z.string().openapi({ example: 'ETH/USDT' }),
    trade: z.boolean(),
    paused: z.boolean(),
    state: z
      .string()
      .openapi({ enum: ['idle', 'buying', 'active', 'averaging', 'selling', 'unknown', 'needs_attention'] }),
    cycle_start_state: z.union([z.literal(0), z.literal(1), z.literal(2)]),
    cycle: count,
    step: count,
    start_price: decimal.nullable(),
    last_buy_price: decimal.nullable(),
    base_volume: decimal,
    invested: decimal,
    break_even: decimal.nullable(),
    sell_price: decimal.nullable(),
    sell_limit: decimal
      .nullable()
      .openapi({ description: "price of the order that sells: sell_price on the pair's price grid" }),
    next_buy_price: decimal.nullable(),
    last_price: decimal.nullable(),
    bid: decimal.nullable(),
    ask: decimal.nullable(),
    price_age_ms: ageMs,
    price_source: z.enum(['stream', 'rest']).nullable(),
    blind: z.string().nullable().openapi({ description: 'why the stream of the pair cannot be relied on' }),
    decision_age_ms: ageMs,
    realized_profit: decimal,
    attention: z.string().nullable(),
    stop_outs: count.openapi({ description: 'cycles in a row that a stop has ended with a loss' }),
    last_exit: z
      .string()
      .nullable()
      .openapi({ description: 'what was done with a position that could not be protected' }),
    protection: protection
      .nullable()
      .openapi({ description: 'protective stop of the position; null where none is wanted' }),
    waiting_for: z.string().nullable().openapi({ description: 'why the last pass sent nothing' }),
    last_step: count.nullable().openapi({ description: "last row of the running cycle's ladder" }),
    waiting_text: z.string().nullable().openapi({ description: 'the same in plain words' }),
    distance_to_sell_pct: decimal.nullable().openapi({ description: 'from the bid up to the sale' }),
    distance_to_buy_pct: decimal.nullable().openapi({ description: 'from the ask down to the next buy' }),
    value: decimal.nullable().openapi({ description: 'of the position at the bid, before the fee' }),
  })
  .openapi('Pair');

const stats = z.object(
  Object.fromEntries(
    COUNTERS.map(([name, sentence]) => [name, count.openapi({ description: sentence })]),
  ) as Record<StatName, typeof count>,
);

const alerts = z.object({
  channels: z
    .array(
      z.object({
        channel: z.string(),
        target: z.string(),
        queued: count,
        sent: count,
        failed: count,
        dropped: count.openapi({ description: 'alerts that did not fit into the queue' }),
        last_sent_at: z.string().nullable(),
        last_error: z.string().nullable(),
      }),
    )
    .readonly(),
  standing: z
    .array(z.object({ condition: z.string(), symbol: z.string().nullable(), since: z.string() }))
    .readonly(),
});
const backup = z.object({ last_at: z.string().nullable(), last_error: z.string().nullable(), kept: count });

const reconciliation = z.object({
  last_at: z.string().nullable().openapi({ format: 'date-time' }),
  result: z.enum(['complete', 'incomplete']).nullable(),
  reason: z.string().nullable(),
  foreign_engines: z
    .array(
      z.object({ install_id: z.string(), first_seen: z.string(), last_seen: z.string(), what: z.string() }),
    )
    .readonly(),
  unknown_stops: z
    .array(
      z.object({
        symbol: z.string(),
        stop_id: z.string(),
        stop_price: decimal,
        amount: decimal,
        may_sell_ours: z.boolean().openapi({ description: 'the pair holds a position that it may sell' }),
      }),
    )
    .readonly()
    .openapi({ description: 'open stops at the exchange that the books do not know' }),
  findings: z
    .array(
      z.object({
        symbol: z.string(),
        kind: z.string(),
        reference: z.string(),
        client_order_id: z.string(),
        seen: z.string(),
      }),
    )
    .readonly(),
});

export const statusSchema = z
  .object({
    schema: z.literal(1),
    running: z.boolean(),
    pid: count.nullable(),
    version: z.string(),
    started_at: z.string().nullable().openapi({ format: 'date-time' }),
    mode: z.string(),
    exchange: z.string(),
    trading: z.boolean(),
    data_dir: z.string(),
    stats,
    workers: z.object({ reactor: worker, cycler: worker }).catchall(worker),
    latency_us: z.object({ tick_to_decision: latency, tick_to_order: latency }).catchall(latency),
    pairs: z.array(pairSchema).readonly(),
    profit: z.record(z.string(), decimal),
    invested: z.record(z.string(), decimal).openapi({ description: 'in open positions, per quote coin' }),
    internal: z.record(z.string(), z.number()),
    urgent_queue_depth: count,
    unknown_intents: count,
    max_decision_age_ms: z.number(),
    reconciliation: reconciliation.optional(),
    alerts: alerts.optional(),
    backup: backup.optional(),
    feed: z.object({
      connected: z.boolean(),
      reconnects: count,
      malformed_frames: count,
      reason: z.string().nullable(),
    }),
  })
  .openapi('Status') satisfies z.ZodType<StatusJson>;

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: count,
    detail: z.string(),
    code: z.string(),
    id: z.string().openapi({ description: 'the same id stands in the log of the engine' }),
  })
  .openapi('Problem') satisfies z.ZodType<Omit<ProblemJson, 'code'>>;

export const commandResultSchema = z
  .object({
    schema: z.literal(1),
    ok: z.literal(true),
    engine: z
      .object({ pid: z.number().int(), mode: z.string(), data_dir: z.string() })
      .openapi({ description: 'which engine has done it' }),
    result: z.unknown(),
  })
  .openapi('CommandResult');

/** The length cap keeps every later pattern linear and short (S20). */
const symbol = z.string().min(1).max(40).openapi({ example: 'ETH/USDT' });
export const emptySchema = z.strictObject({});
export const symbolSchema = z.strictObject({ symbol });
export const permitSchema = z.strictObject({ symbol, on: z.boolean() });
export const switchSchema = z.strictObject({ on: z.boolean() });
export const pairParams = z.object({ pair: z.string().min(1).max(40).openapi({ example: 'ETH-USDT' }) });
