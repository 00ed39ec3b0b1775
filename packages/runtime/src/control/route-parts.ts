import { z } from '@hono/zod-openapi';
import { problemSchema } from './schemas.js';

/** The parts that most route definitions share. */
export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

export const text = (type: string, description: string) => ({
  description,
  content: { [type]: { schema: z.string() } },
});

/** Refusals: one shape for all of them. Handlers throw; they never return one. */
export const refusals = {
  default: {
    description: 'refused; `code` says why',
    content: { 'application/problem+json': { schema: problemSchema } },
  },
};

export const withToken = [{ token: [] }];
