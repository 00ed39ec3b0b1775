import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ControlEnv } from './http-env.js';
import { json, refusals, withToken } from './route-parts.js';

/** What the caller's token may do, and with which engine it speaks: a page offers only what will be carried out. */
export function addSessionRoutes(
  app: OpenAPIHono<ControlEnv>,
  { version, mode }: { readonly version: string; readonly mode: string },
): void {
  app.openapi(sessionRoute, (context) =>
    context.json({ schema: 1, scope: context.var.scope, version, mode, pid: process.pid } as const, 200),
  );
}

const sessionRoute = createRoute({
  method: 'get',
  path: '/v1/session',
  summary: 'What the token of this call may do',
  tags: ['views'],
  security: withToken,
  responses: {
    200: json(
      z.object({
        schema: z.literal(1),
        scope: z.enum(['control', 'read']),
        version: z.string(),
        mode: z.string(),
        pid: z.number().int(),
      }),
      '`control` may command, `read` may only look',
    ),
    ...refusals,
  },
});
