import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { CANDLE_INTERVALS } from '@mtrade/venue/candles';
import { withDeadline } from './deadline.js';
import type { ControlEnv } from './http-env.js';
import type { ControlLimits } from './limits.js';
import { type PairNames, pairNamed } from './pair-names.js';
import type { ControlDeps } from './ports.js';
import { json, refusals, withToken } from './route-parts.js';
import { pairParams } from './schemas.js';

const LATE = 'the exchange did not show its price history in time';

/** The price history of one pair, for charts. */
export function addCandleRoutes(
  app: OpenAPIHono<ControlEnv>,
  limits: ControlLimits,
  { candles, ...names }: Pick<ControlDeps, 'candles'> & PairNames,
): void {
  app.openapi(candlesRoute, async (context) => {
    const symbol = pairNamed(context.req.valid('param').pair, names);
    const { interval, limit } = context.req.valid('query');
    const found = await withDeadline(candles({ symbol, interval, limit }), limits.historyDeadlineMs, LATE);
    const rows = found.map(({ startMs, open, high, low, close, volume }) => ({
      ms: startMs,
      open,
      high,
      low,
      close,
      volume,
    }));
    return context.json({ schema: 1, symbol, interval, candles: rows } as const, 200);
  });
}

const decimal = z.string().openapi({ example: '0.1' });
const candle = z.object({
  ms: z.number().int().openapi({ description: 'begin of the interval, Unix ms' }),
  open: decimal,
  high: decimal,
  low: decimal,
  close: decimal,
  volume: decimal.openapi({ description: 'in the base coin' }),
});

const candlesRoute = createRoute({
  method: 'get',
  path: '/v1/pairs/{pair}/candles',
  summary: "The exchange's price history, the oldest first",
  tags: ['views'],
  security: withToken,
  request: {
    params: pairParams,
    query: z.object({
      interval: z.enum(CANDLE_INTERVALS).default('5m'),
      limit: z.coerce.number().int().min(1).max(1_000).default(300),
    }),
  },
  responses: {
    200: json(
      z.object({
        schema: z.literal(1),
        symbol: z.string(),
        interval: z.enum(CANDLE_INTERVALS),
        candles: z.array(candle).readonly(),
      }),
      'from the exchange, at most some seconds old',
    ),
    ...refusals,
  },
});
