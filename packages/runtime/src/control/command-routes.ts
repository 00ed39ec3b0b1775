import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { OperatorCommand } from '@mtrade/engine';
import { withDeadline } from './deadline.js';
import type { ControlEnv } from './http-env.js';
import type { ControlLimits } from './limits.js';
import { pairNamed } from './pair-names.js';
import type { ControlDeps } from './ports.js';
import { json, refusals, withToken } from './route-parts.js';
import {
  commandResultSchema,
  emptySchema,
  pairParams,
  permitSchema,
  switchSchema,
  symbolSchema,
} from './schemas.js';

const PERMIT = 'Give or take the permission to buy';
const LATE = 'the engine did not confirm in time; the command may still be carried out: look at the status';

/** Which engine has answered: a command that has reached the wrong one must not look like the right one. */
export interface EngineName {
  readonly pid: number;
  readonly mode: string;
  readonly data_dir: string;
}

/** One POST per operator's command; each is answered after the engine's commit. */
export function addCommandRoutes(
  app: OpenAPIHono<ControlEnv>,
  limits: ControlLimits,
  deps: Pick<ControlDeps, 'command' | 'normalizeSymbol' | 'symbols' | 'log'>,
  engine: EngineName,
): void {
  const carryOut = async (command: OperatorCommand, via: string) => {
    const done = deps.command(command);
    // While the engine's thread is at it: the line costs the operator no time.
    deps.log.info({ via, command }, "operator's command");
    const result = await withDeadline(done, limits.commandDeadlineMs, LATE);
    return { schema: 1, ok: true, engine, result: result ?? null } as const;
  };
  const pairOf = (symbol: string): string => pairNamed(symbol, deps);

  for (const [verb, on, summary] of [
    ['start', true, 'Switch trading on'],
    ['stop', false, 'Switch trading off: no new order, what is in flight is followed'],
  ] as const) {
    app.openapi(commandRoute(`/api/autotrade/${verb}`, summary, emptySchema, false), async (context) =>
      context.json(await carryOut({ name: 'trading', on }, context.env.via), 200),
    );
  }
  for (const [verb, name, summary] of [
    ['reset_cycle', 'reset', "Forget the pair's cycle and pause it; coins stay on the account"],
    ['resume_cycle', 'resume', 'Let a paused pair start again'],
    ['pause_cycle', 'pause', 'Let the pair start no new cycle'],
    ['sell_now', 'sell-now', "Sell the pair's position through the same path as any sale"],
  ] as const) {
    app.openapi(commandRoute(`/api/autotrader/${verb}`, summary, symbolSchema, true), async (context) => {
      const symbol = pairOf(context.req.valid('json').symbol);
      return context.json(await carryOut({ name, symbol }, context.env.via), 200);
    });
    app.openapi(
      pairCommandRoute(name === 'sell-now' ? 'sell' : name, summary, emptySchema),
      async (context) => {
        const symbol = pairOf(context.req.valid('param').pair);
        return context.json(await carryOut({ name, symbol }, context.env.via), 200);
      },
    );
  }
  app.openapi(commandRoute('/v1/trading', 'Switch trading on or off', switchSchema, true), async (context) =>
    context.json(await carryOut({ name: 'trading', on: context.req.valid('json').on }, context.env.via), 200),
  );
  app.openapi(pairCommandRoute('permit', PERMIT, switchSchema), async (context) => {
    const symbol = pairOf(context.req.valid('param').pair);
    const { on } = context.req.valid('json');
    return context.json(await carryOut({ name: 'permit', symbol, on }, context.env.via), 200);
  });
  app.openapi(commandRoute('/api/autotrader/permit', PERMIT, permitSchema, true), async (context) => {
    const { symbol, on } = context.req.valid('json');
    return context.json(await carryOut({ name: 'permit', symbol: pairOf(symbol), on }, context.env.via), 200);
  });
}

/** A POST with a JSON body, answered with `commandResultSchema`. */
export const commandRoute = <
  Path extends string,
  Body extends typeof emptySchema | typeof symbolSchema | typeof permitSchema | typeof switchSchema,
>(
  path: Path,
  summary: string,
  schema: Body,
  required: boolean,
) =>
  createRoute({
    method: 'post',
    path,
    summary,
    tags: ['commands'],
    security: withToken,
    request: { body: { required, content: { 'application/json': { schema } } } },
    responses: { 200: json(commandResultSchema, 'done and committed'), ...refusals },
  });

/** A POST about one pair, which stands in the path as `ETH-USDT`. */
const pairCommandRoute = <Name extends string, Body extends typeof emptySchema | typeof switchSchema>(
  name: Name,
  summary: string,
  schema: Body,
) =>
  createRoute({
    method: 'post',
    path: `/v1/pairs/{pair}/${name}`,
    summary,
    tags: ['commands'],
    security: withToken,
    request: { params: pairParams, body: { content: { 'application/json': { schema } } } },
    responses: { 200: json(commandResultSchema, 'done and committed'), ...refusals },
  });
