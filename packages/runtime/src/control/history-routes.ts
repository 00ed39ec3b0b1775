import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { PageFilter } from '@mtrade/store';
import type { HistoryQuestion } from '../history/questions.js';
import { withDeadline } from './deadline.js';
import {
  cycleParams,
  cyclesSchema,
  cycleWithTradesSchema,
  journalQuery,
  journalSchema,
  pageQuery,
  profitQuery,
  profitSchema,
  spanQuery,
  tradesSchema,
} from './history-schemas.js';
import type { ControlEnv } from './http-env.js';
import type { ControlLimits } from './limits.js';
import { type PairNames, pairNamed } from './pair-names.js';
import type { ControlDeps } from './ports.js';
import { Problem } from './problem.js';
import { busy, json, refusals, withToken } from './route-parts.js';

const LATE = 'the books did not answer in time; ask for a shorter span';

/** What was: trades, cycles, the journal, and what was earned. Answered beside the engine, from the books. */
export function addHistoryRoutes(
  app: OpenAPIHono<ControlEnv>,
  limits: ControlLimits,
  { history, ...names }: Pick<ControlDeps, 'history'> & PairNames,
): void {
  // A reader who has gone on to another page leaves nothing behind that others would have to wait for.
  const ask = <Q extends HistoryQuestion>(question: Q, { req }: Context<ControlEnv>) =>
    withDeadline(history(question, req.raw.signal), limits.historyDeadlineMs, LATE);
  const filterOf = ({ pair, from, to }: z.infer<typeof spanQuery>) => ({
    ...(pair !== undefined && { symbol: pairNamed(pair, names) }),
    ...(from !== undefined && { fromMs: from }),
    ...(to !== undefined && { untilMs: to }),
  });
  const pageOf = ({ before, limit, ...span }: z.infer<typeof pageQuery>): PageFilter => ({
    ...filterOf(span),
    ...(before !== undefined && { before }),
    ...(limit !== undefined && { limit }),
  });

  app.openapi(tradesRoute, async (context) =>
    context.json(await ask({ about: 'trades', filter: pageOf(context.req.valid('query')) }, context), 200),
  );
  app.openapi(cyclesRoute, async (context) =>
    context.json(await ask({ about: 'cycles', filter: pageOf(context.req.valid('query')) }, context), 200),
  );
  app.openapi(cycleRoute, async (context) => {
    const { id } = context.req.valid('param');
    const cycle = await ask({ about: 'cycle', id }, context);
    if (cycle === null) throw new Problem(404, 'HTTP_NOT_FOUND', `no cycle ${id} has ended in these books`);
    return context.json(cycle, 200);
  });
  app.openapi(journalRoute, async (context) => {
    const { event, ...page } = context.req.valid('query');
    const filter = { ...pageOf(page), ...(event !== undefined && { event }) };
    return context.json(await ask({ about: 'journal', filter }, context), 200);
  });
  app.openapi(profitRoute, async (context) => {
    const { by, tz, ...span } = context.req.valid('query');
    const zone = tz === undefined ? {} : { timeZone: tz };
    return context.json(await ask({ about: 'profit', by, ...zone, filter: filterOf(span) }, context), 200);
  });
}

const view = <Path extends string>(path: Path, summary: string) => ({
  method: 'get' as const,
  path,
  summary,
  tags: ['history'],
  security: withToken,
});

const tradesRoute = createRoute({
  ...view('/v1/trades', 'Booked trades, the newest first'),
  request: { query: pageQuery },
  responses: { 200: json(tradesSchema, 'one page'), ...busy, ...refusals },
});
const cyclesRoute = createRoute({
  ...view('/v1/cycles', 'Cycles that have ended, the newest first'),
  request: { query: pageQuery },
  responses: { 200: json(cyclesSchema, 'one page'), ...busy, ...refusals },
});
const cycleRoute = createRoute({
  ...view('/v1/cycles/{id}', 'One cycle that has ended, with its trades'),
  request: { params: cycleParams },
  responses: { 200: json(cycleWithTradesSchema, 'the cycle'), ...busy, ...refusals },
});
const journalRoute = createRoute({
  ...view('/v1/journal', 'What the engine wrote down, the newest first'),
  request: { query: journalQuery },
  responses: { 200: json(journalSchema, 'one page'), ...busy, ...refusals },
});
const profitRoute = createRoute({
  ...view('/v1/profit', 'What the cycles have earned after fees, per day of their end or per pair'),
  request: { query: profitQuery },
  responses: { 200: json(profitSchema, 'exact sums'), ...busy, ...refusals },
});
