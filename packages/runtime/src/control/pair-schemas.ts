import { z } from '@hono/zod-openapi';
import type { LadderParamsView } from '../views/ladder-params-json.js';
import { tradeSchema } from './history-schemas.js';
import { pairSchema } from './schemas.js';

const decimal = z.string().openapi({ example: '0.1' });
const ms = z.number().int().openapi({ description: 'Unix ms' });
const step = z.number().int();

const ladderRow = z.object({
  step,
  level: z.number().int().openapi({ description: 'level of the order book, 1 = best' }),
  step_drop_pct: decimal,
  drop_pct: decimal,
  rate: decimal,
  purchase: decimal,
  invested: decimal,
  breakeven: decimal.openapi({ description: 'average price of all purchases, fees left out' }),
  breakeven_pct: decimal,
  target_pct: decimal,
  sell_price: decimal.openapi({ description: "the row's own target, fees left out" }),
  breakeven_after_fees: decimal.openapi({ description: 'a sale there earns nothing, after all fees' }),
  sells_at: decimal.openapi({
    description: 'where the engine sells: the target or break-even after fees, whichever is higher',
  }),
  waits_for_breakeven: z.boolean().openapi({ description: 'its own target does not cover the fees' }),
  stop_price: decimal.optional(),
});

/** The configuration's keys, so that a page can send back what it was given. */
const KEYS = {
  base_order: decimal,
  safety_orders: step,
  step_pct: decimal,
  step_growth_pct: decimal,
  volume_mode: z.enum(['fixed', 'geometric', 'martingale']),
  volume_scale: decimal,
  take_profit_pct: decimal,
  take_profit_decay_pct: decimal,
  stop_loss_pct: decimal,
  book_level_step: decimal,
  reserve: decimal,
};
const params = z.object(KEYS).openapi('LadderParams') satisfies z.ZodType<LadderParamsView>;

export const ladderPreviewSchema = z
  .object({
    schema: z.literal(1),
    symbol: z.string(),
    price: decimal,
    total_quote: decimal.openapi({ description: 'quote that the whole ladder needs' }),
    loss_rows: z
      .array(step)
      .readonly()
      .openapi({ description: 'rows that wait for break-even instead of their own target and earn nothing' }),
    unreachable_rows: z.array(step).readonly().optional(),
    fee_pct: decimal,
    price_step: decimal
      .nullable()
      .openapi({ description: "smallest step of the pair's price; null while not known" }),
    rows: z.array(ladderRow).readonly(),
    params,
    warnings: z.array(z.string()).readonly(),
  })
  .openapi('Ladder');

const order = z.object({
  client_order_id: z.string(),
  order_id: z.string().nullable(),
  side: z.enum(['buy', 'sell']),
  purpose: z.string(),
  state: z.string(),
  step,
  amount: decimal.nullable(),
  quote_amount: decimal.nullable(),
  price: decimal.nullable(),
  created_ms: ms,
});

const cycle = z.object({
  id: z.number().int(),
  cycle: z.number().int(),
  started_ms: ms,
  step,
  params,
  rows: z.array(ladderRow.extend({ state: z.enum(['bought', 'current', 'next', 'ahead']) })).readonly(),
});

const position = z.object({
  state: z.string(),
  stop_volume: decimal.nullable(),
  unprotected_since_ms: ms.nullable(),
  rollback: z.string().nullable(),
});

export const pairDetailSchema = z
  .object({
    schema: z.literal(1),
    pair: pairSchema,
    books: z.object({
      schema: z.literal(1),
      symbol: z.string(),
      cycle: cycle.nullable(),
      trades: z.array(tradeSchema).readonly(),
      open_orders: z.array(order).readonly(),
      position: position.nullable(),
      dust: z.object({ base: decimal, cost: decimal }),
    }),
    next: ladderPreviewSchema
      .nullable()
      .openapi({ description: "the next cycle's ladder at today's price; null without a price" }),
  })
  .openapi('PairDetail');

/** Long enough for the configuration's rules to say themselves what is wrong with a value. */
const text = z.string().max(200).optional();

/** Parameters to try come as texts; the configuration's own rules judge them. Unknown keys are refused there, too. */
export const ladderQuery = z
  .object({
    pair: z.string().min(1).max(40).openapi({ example: 'ETH-USDT' }),
    price: z
      .string()
      .regex(/^\d{1,15}(?:\.\d{1,18})?$/)
      .refine((value) => /[1-9]/.test(value), 'a price is above 0')
      .openapi({ example: '3000' }),
    ...Object.fromEntries(Object.keys(KEYS).map((key) => [key, text])),
  })
  .catchall(z.string().max(200)) as unknown as z.ZodObject<
  { pair: z.ZodString; price: z.ZodString },
  z.core.$catchall<z.ZodString>
>;
