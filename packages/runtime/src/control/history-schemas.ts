import { z } from '@hono/zod-openapi';

/** Shapes of what was, for the OpenAPI document; the compiler checks the answers against them where they are sent. */
const decimal = z.string().openapi({ example: '0.1' });
const ms = z.number().int().openapi({ description: 'Unix ms' });
const next = z.string().nullable().openapi({ description: '`before` of the next page; null on the last' });
const schema = z.literal(1);
const fees = z.record(z.string(), decimal).openapi({ description: 'per coin' });
const otherFees = z
  .record(z.string(), decimal)
  .openapi({ description: 'those in a third coin, which are in no other figure' });

export const tradeSchema = z
  .object({
    trade_id: z.string(),
    ms,
    symbol: z.string(),
    side: z.enum(['buy', 'sell']),
    amount: decimal,
    price: decimal,
    cost: decimal.openapi({ description: 'amount x price, without the fee' }),
    fee: decimal,
    fee_coin: z.string(),
    role: z.enum(['maker', 'taker', 'unknown']),
    purpose: z.string(),
    step: z.number().int(),
    order_id: z.string().nullable(),
    client_order_id: z.string(),
    cycle_id: z.number().int(),
    cycle: z.number().int().openapi({ description: "the pair's own count" }),
  })
  .openapi('Trade');

const coins = z.object({ base: decimal, cost: decimal });

export const cycleSchema = z
  .object({
    id: z.number().int(),
    symbol: z.string(),
    cycle: z.number().int(),
    outcome: z.enum(['closed', 'reset', 'abandoned']),
    ended_by: z.enum(['target', 'hand', 'stop', 'rollback', 'reset', 'nothing']),
    ended_text: z.string().openapi({ example: 'sold at target' }),
    rollback: z
      .enum(['refused', 'trigger-passed'])
      .nullable()
      .openapi({ description: 'why the engine sold it itself' }),
    step: z.number().int(),
    start_price: decimal.nullable(),
    base_left: decimal.openapi({ description: 'base that stayed on the account' }),
    bought: decimal.openapi({ description: 'price x amount of its buys, without fees' }),
    sold: decimal.openapi({ description: 'price x amount of its sales, without fees' }),
    quote_fees: decimal.openapi({ description: 'fees taken in the quote coin' }),
    taken_over: coins.openapi({ description: 'coins too few to be sold that an earlier cycle had left' }),
    left_over: coins.openapi({ description: 'coins too few to be sold, left to the next cycle' }),
    let_go: coins.openapi({ description: 'coins that left the books with a reset' }),
    taken_in: coins.openapi({ description: 'coins that were sold without being in the books' }),
    invested: decimal.openapi({ description: 'bought + fees of buys + cost of taken_over and taken_in' }),
    proceeds: decimal.openapi({ description: 'sold - fees of sales' }),
    profit: decimal.openapi({ description: 'after fees' }),
    fees,
    other_fees: otherFees,
    started_ms: ms,
    closed_ms: ms,
  })
  .openapi('Cycle');

const profitAmounts = z.object({
  quote: z.string(),
  cycles: z.number().int(),
  resets: z.number().int().openapi({ description: 'how many of them a reset has ended' }),
  bought: decimal.openapi({ description: 'price x amount of the buys, without fees' }),
  sold: decimal.openapi({ description: 'price x amount of the sales, without fees' }),
  quote_fees: decimal.openapi({ description: 'fees taken in the quote coin' }),
  unsold: decimal.openapi({ description: 'cost of coins not sold: kept + let_go - taken_in' }),
  kept: decimal.openapi({ description: 'cost of coins left to later cycles, less of those taken over' }),
  let_go: decimal.openapi({ description: 'cost of coins that left the books with a reset' }),
  let_go_coins: z.record(z.string(), decimal),
  taken_in: decimal.openapi({ description: 'cost of coins that were sold without being in the books' }),
  profit: decimal.openapi({
    description: 'after fees: sold - bought - quote_fees + unsold, to the last digit',
  }),
  fees,
  other_fees: otherFees,
});
const profitLine = profitAmounts.extend({ day: z.string().optional(), pair: z.string().optional() });
const runningSums = z.object({
  quote: z.string(),
  cycles: z.number().int(),
  bought: decimal,
  sold: decimal,
  quote_fees: decimal,
  taken_over: decimal,
  taken_in: decimal,
  invested: decimal,
  proceeds: decimal,
});

export const tradesSchema = z.object({ schema, trades: z.array(tradeSchema).readonly(), next });
export const cyclesSchema = z.object({ schema, cycles: z.array(cycleSchema).readonly(), next });
export const cycleWithTradesSchema = z.object({
  schema,
  cycle: cycleSchema,
  trades: z.array(tradeSchema).readonly(),
});
export const journalSchema = z.object({
  schema,
  entries: z
    .array(
      z.object({
        id: z.number().int(),
        ms,
        event: z.string(),
        symbol: z.string().nullable(),
        details: z.record(z.string(), z.unknown()),
      }),
    )
    .readonly(),
  next,
});
export const profitSchema = z.object({
  schema,
  by: z.enum(['day', 'pair']),
  time_zone: z.string(),
  rows: z.array(profitLine).readonly(),
  totals: z.record(z.string(), decimal).openapi({ description: 'profit per quote coin' }),
  sums: z.array(profitAmounts).readonly().openapi({ description: 'all rows of a quote coin as one' }),
  running: z
    .array(runningSums)
    .readonly()
    .openapi({ description: 'what cycles that still run have traded so far, whatever the span' }),
});

const isTimeZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone }).format();
    return true;
  } catch {
    return false;
  }
};

/** Unix ms, or anything that ISO 8601 calls a date: `2026-11-21`, `2026-11-21T10:00:00Z`. */
const time = z
  .string()
  .max(40)
  .transform((text, context) => {
    const value = /^\d{1,15}$/.test(text)
      ? Number(text)
      : /^\d{4}-\d\d-\d\d/.test(text)
        ? Date.parse(text)
        : Number.NaN;
    if (Number.isFinite(value)) return value;
    context.addIssue({ code: 'custom', message: 'a time is Unix ms or a date such as 2026-11-21' });
    return z.NEVER;
  })
  .optional()
  .openapi({ type: 'string', description: 'Unix ms or a date such as 2026-11-21 (UTC)' });

const pair = z.string().min(1).max(40).optional().openapi({ example: 'ETH-USDT' });

export const spanQuery = z.object({ pair, from: time, to: time });
export const pageQuery = spanQuery.extend({
  before: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).optional(),
});
export const journalQuery = pageQuery.extend({ event: z.string().max(64).optional() });
export const profitQuery = spanQuery.extend({
  by: z.enum(['day', 'pair']).default('day'),
  tz: z
    .string()
    .max(64)
    .refine(isTimeZone, 'no such time zone')
    .optional()
    .openapi({ example: 'Europe/Berlin' }),
});
export const cycleParams = z.object({ id: z.coerce.number().int().min(1) });
