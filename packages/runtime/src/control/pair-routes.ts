import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { withDeadline } from './deadline.js';
import type { ControlEnv } from './http-env.js';
import type { ControlLimits } from './limits.js';
import { pairNamed } from './pair-names.js';
import { ladderPreviewSchema, ladderQuery, pairDetailSchema } from './pair-schemas.js';
import type { ControlDeps } from './ports.js';
import { Problem } from './problem.js';
import { busy, json, refusals, withToken } from './route-parts.js';
import { pairParams } from './schemas.js';

const LATE = 'the engine did not show the pair in time';

/** One pair in full, and the ladder that any parameters would give it. */
export function addPairRoutes(
  app: OpenAPIHono<ControlEnv>,
  limits: ControlLimits,
  deps: Pick<ControlDeps, 'status' | 'history' | 'terms' | 'ladder' | 'normalizeSymbol' | 'symbols'>,
): void {
  app.openapi(pairRoute, async (context) => {
    const symbol = pairNamed(context.req.valid('param').pair, deps);
    const [status, books] = await withDeadline(
      Promise.all([deps.status(), deps.history({ about: 'pair', symbol, terms: deps.terms(symbol) })]),
      limits.historyDeadlineMs,
      LATE,
    );
    const pair = status.pairs.find((one) => one.symbol === symbol);
    if (!pair || !books) throw new Problem(404, 'UNKNOWN_PAIR', `the books have no pair ${symbol} yet`);
    const price = pair.ask ?? pair.last_price;
    const next = price === null ? null : deps.ladder({ symbol, price, keys: {} });
    return context.json({ schema: 1, pair, books, next } as const, 200);
  });

  app.openapi(ladderRoute, (context) => {
    const { pair, price, ...keys } = context.req.valid('query');
    return context.json(deps.ladder({ symbol: pairNamed(pair, deps), price, keys: given(keys) }), 200);
  });
}

const given = (keys: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(keys).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

const pairRoute = createRoute({
  method: 'get',
  path: '/v1/pairs/{pair}',
  summary: 'One pair: its status, its running cycle with ladder and trades, and the ladder of its next cycle',
  tags: ['views'],
  security: withToken,
  request: { params: pairParams },
  responses: { 200: json(pairDetailSchema, 'as it is now'), ...busy, ...refusals },
});

const ladderRoute = createRoute({
  method: 'get',
  path: '/v1/ladder',
  summary: "A pair's ladder with other parameters: what it needs, what it covers, which rows earn nothing",
  tags: ['views'],
  security: withToken,
  request: { query: ladderQuery },
  responses: { 200: json(ladderPreviewSchema, 'nothing is changed by looking'), ...refusals },
});
