import { randomUUID } from 'node:crypto';
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { errorText } from '@mtrade/base';
import { addAboutRoutes } from './about-routes.js';
import { bearerAuth, type Tokens } from './bearer-auth.js';
import { bodyGuard } from './body-guard.js';
import { addCandleRoutes } from './candle-routes.js';
import { addCommandRoutes } from './command-routes.js';
import { commandRate } from './command-rate.js';
import type { EventHub } from './event-hub.js';
import { addEventRoutes, EVENTS_PATH } from './event-routes.js';
import { addHistoryRoutes } from './history-routes.js';
import { type ControlEnv, plainPath } from './http-env.js';
import type { ControlLimits } from './limits.js';
import type { ControlDeps } from './ports.js';
import { isFailure, Problem, toProblem } from './problem.js';
import { json, refusals, withToken } from './route-parts.js';
import { hostGuard, sameSiteGuard } from './same-site.js';
import { securityHeaders } from './security-headers.js';
import { addPairRoutes } from './pair-routes.js';
import { addSessionRoutes } from './session-routes.js';
import type { StatusFeed } from './status-feed.js';
import { addSystemRoutes } from './system-routes.js';
import { invalidRequest } from './invalid-request.js';
import { addWebPage, pageOrHint, type WebPage } from './web-page.js';

export interface AppOptions {
  readonly tokens: Tokens;
  readonly version: string;
  readonly mode: string;
  /** Absolute. */
  readonly dataDir: string;
  readonly limits: ControlLimits;
  readonly page?: WebPage | undefined;
}

/** The guards in the order in which a request meets them, the cheapest first, and then the routes. */
export function createApp(
  options: AppOptions,
  deps: ControlDeps & { readonly hub: EventHub; readonly statusFeed: StatusFeed },
): OpenAPIHono<ControlEnv> {
  const { limits, tokens } = options;
  const page = pageOrHint(options.page);
  const { clock, log } = deps;
  const app = new OpenAPIHono<ControlEnv>({
    defaultHook: (result) => {
      if (!result.success) throw new Problem(400, 'HTTP_BAD_REQUEST', invalidRequest(result.error.issues));
    },
  });

  app.use(securityHeaders());
  app.use(hostGuard());
  app.use(sameSiteGuard(EVENTS_PATH));
  app.use(
    bearerAuth(
      { tokens, badTokensPerMinute: limits.badTokensPerMinute, openPaths: new Set(page.keys()) },
      { clock, log },
    ),
  );
  app.use(commandRate({ perSecond: limits.commandsPerSecond, burst: limits.commandBurst }, clock));
  app.use(bodyGuard(limits));

  const engine = { pid: process.pid, mode: options.mode, data_dir: options.dataDir };
  addCommandRoutes(app, limits, deps, engine);
  addSystemRoutes(app, limits, deps, engine);
  addHistoryRoutes(app, limits, deps);
  addCandleRoutes(app, limits, deps);
  addPairRoutes(app, limits, deps);
  addAboutRoutes(app, deps);
  addSessionRoutes(app, options);
  addEventRoutes(app, deps, log);
  addWebPage(app, page);
  addDocument(app, options.version);

  app.notFound((context) => {
    throw noRoute(app, context.req.method, context.req.path);
  });
  app.onError((error, context) => {
    const problem = toProblem(error);
    const id = randomUUID();
    const { method, path } = context.req;
    const { status, code } = problem;
    const fields = { id, method, path: plainPath(path), status, code, error: errorText(error) };
    if (isFailure(problem, error)) log.error({ ...fields, stack: error.stack }, 'control call failed');
    else log.debug(fields, 'control call refused');
    const headers = { 'Content-Type': 'application/problem+json', ...problem.headers };
    return context.body(JSON.stringify(problem.toJson(id)), problem.status, headers);
  });
  return app;
}

/** The OpenAPI document is made from the routes at the first call, once. */
function addDocument(app: OpenAPIHono<ControlEnv>, version: string): void {
  let document: Record<string, unknown> | null = null;
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  app.openapi(documentRoute, (context) => {
    document ??= {
      ...app.getOpenAPI31Document({ openapi: '3.1.0', info: { title: 'mtrade control', version } }),
    };
    return context.json(document, 200);
  });
}

const documentRoute = createRoute({
  method: 'get',
  path: '/openapi.json',
  summary: 'This description',
  tags: ['views'],
  security: withToken,
  responses: { 200: json(z.record(z.string(), z.unknown()), 'OpenAPI 3.1'), ...refusals },
});

/** A known path with another method is a 405 that names the right one. */
function noRoute(app: OpenAPIHono<ControlEnv>, method: string, path: string): Problem {
  const methods = app.routes
    .filter((route) => route.path === path && route.method !== 'ALL')
    .map((route) => route.method);
  if (methods.length === 0)
    return new Problem(404, 'HTTP_NOT_FOUND', 'no such path; /openapi.json lists them all');
  const allow = [...new Set(methods)].join(', ');
  return new Problem(405, 'HTTP_METHOD_NOT_ALLOWED', `${path} takes ${allow}, not ${method}`, {
    Allow: allow,
  });
}
