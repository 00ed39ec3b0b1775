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

/** Beside the other refusals where the books are asked: a full queue of questions says when to come again. */
export const busy = {
  503: {
    description: 'too many questions about history at once, or the engine is just ending; nothing was done',
    headers: {
      'Retry-After': { description: 'seconds until it is worth asking again', schema: { type: 'integer' } },
    },
    content: { 'application/problem+json': { schema: problemSchema } },
  },
} as const;

export const withToken = [{ token: [] }];
