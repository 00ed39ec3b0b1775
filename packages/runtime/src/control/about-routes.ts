import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ControlEnv } from './http-env.js';
import type { ControlDeps } from './ports.js';
import { json, refusals, withToken } from './route-parts.js';

/** What the engine runs with, and who it is to the other programs of this machine. */
export function addAboutRoutes(
  app: OpenAPIHono<ControlEnv>,
  { config, lock }: Pick<ControlDeps, 'config' | 'lock'>,
): void {
  app.openapi(configRoute, (context) => context.json({ schema: 1, ...config() } as const, 200));
  app.openapi(lockRoute, (context) =>
    context.json({ schema: 1, status: 'running', holder: lock() } as const, 200),
  );
}

const configRoute = createRoute({
  method: 'get',
  path: '/v1/config',
  summary: 'The configuration in force; keys of the account are no part of it',
  tags: ['views'],
  security: withToken,
  responses: {
    200: json(
      z.object({
        schema: z.literal(1),
        source: z.object({
          file: z.string().nullable().openapi({ description: 'null: built-in defaults' }),
          overrides: z.record(z.string(), z.string()).openapi({ description: 'key -> environment variable' }),
        }),
        config: z.record(z.string(), z.unknown()),
        toml: z.string().openapi({ description: 'the same as a file that could be used' }),
      }),
      'as `mtrade config show`',
    ),
    ...refusals,
  },
});

const lockRoute = createRoute({
  method: 'get',
  path: '/v1/lock',
  summary: 'Who holds the lock of the data directory: the process that answers',
  tags: ['views'],
  security: withToken,
  responses: {
    200: json(
      z.object({
        schema: z.literal(1),
        status: z.literal('running'),
        holder: z.object({
          pid: z.number().int(),
          started_at: z.string().openapi({ format: 'date-time' }),
          data_dir: z.string(),
          version: z.string(),
        }),
      }),
      'as `mtrade lock --check --json`',
    ),
    ...refusals,
  },
});
