import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { commandRoute, type EngineName } from './command-routes.js';
import { withDeadline } from './deadline.js';
import type { ControlEnv } from './http-env.js';
import type { ControlLimits } from './limits.js';
import type { ControlDeps } from './ports.js';
import { CONTENT_TYPE } from '../metrics/exposition.js';
import { json, refusals, text, withToken } from './route-parts.js';
import { emptySchema, statusSchema } from './schemas.js';

const LATE = 'the engine did not report its state in time';

/** Views of the engine, health checks, metrics and the stop button. */
export function addSystemRoutes(
  app: OpenAPIHono<ControlEnv>,
  limits: ControlLimits,
  deps: Pick<ControlDeps, 'status' | 'metrics' | 'ready' | 'shutdown' | 'log'>,
  engine: EngineName,
): void {
  const status = () => withDeadline(deps.status(), limits.statusDeadlineMs, LATE);

  for (const path of ['/v1/status', '/api/autotrade/status'] as const)
    app.openapi(statusRoute(path), async (context) => context.json(await status(), 200));
  app.openapi(healthRoute, (context) => context.json({ alive: true }, 200));
  app.openapi(readyRoute, (context) => {
    const ready = deps.ready();
    return context.json({ ready }, ready ? 200 : 503);
  });
  app.openapi(metricsRoute, (context) => context.body(deps.metrics(), 200, { 'Content-Type': CONTENT_TYPE }));
  for (const path of ['/v1/shutdown', '/api/engine/shutdown'] as const)
    app.openapi(shutdownRoute(path), (context) => {
      deps.log.info({ via: context.env.via }, 'operator asks the engine to stop');
      // The answer first. `close` also comes when the caller has gone away: the stop is carried out all the same.
      context.env.outgoing.once('close', deps.shutdown);
      return context.json({ schema: 1, ok: true, engine, result: null } as const, 200, {
        Connection: 'close',
      });
    });
}

const statusRoute = <Path extends string>(path: Path) =>
  createRoute({
    method: 'get',
    path,
    summary: 'The whole state of the engine',
    tags: ['views'],
    security: withToken,
    responses: { 200: json(statusSchema, 'as `mtrade status --json`'), ...refusals },
  });

const healthRoute = createRoute({
  method: 'get',
  path: '/healthz',
  summary: 'Whether the process answers; needs no token',
  tags: ['health'],
  responses: { 200: json(z.object({ alive: z.boolean() }), 'it does') },
});

const readyBody = z.object({ ready: z.boolean() });
const readyRoute = createRoute({
  method: 'get',
  path: '/readyz',
  summary: 'Whether the engine could trade now; needs no token',
  tags: ['health'],
  responses: { 200: json(readyBody, 'it could'), 503: json(readyBody, 'not now') },
});

const metricsRoute = createRoute({
  method: 'get',
  path: '/metrics',
  summary: 'Metrics for Prometheus',
  tags: ['views'],
  security: withToken,
  responses: { 200: text('text/plain', 'text format 0.0.4'), ...refusals },
});

const shutdownRoute = <Path extends string>(path: Path) =>
  commandRoute(
    path,
    'Stop the engine: no new order, what is in flight is followed or recorded',
    emptySchema,
    false,
  );
