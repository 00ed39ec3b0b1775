import { cleanText } from './clean-text.js';
import { scrubSecrets } from './scrubber.js';

const MAX_DEPTH = 6;
const MAX_ITEMS = 100;

/** Names whose values are never logged, whatever they hold. */
const SECRET_NAME = /^(?:api_?key|api_?secret|secret|password|token|authorization|cookie|sign|signature)$/i;

/**
 * The whole line is scrubbed, too; but there a text may be cut already, or encoded once more than a secret is known in.
 */
const text = (value: string, maxLength?: number): string => cleanText(scrubSecrets(value), maxLength);

const errorFields = (error: Error, depth: number): Record<string, unknown> => {
  const { code, facts, cause } = error as Error & { code?: unknown; facts?: unknown };
  return {
    type: cleanText(error.name, 100),
    message: text(error.message),
    ...(code === undefined ? {} : { code: plain(code, depth + 1) }),
    ...(facts === undefined ? {} : { facts: plain(facts, depth + 1) }),
    ...(error.stack === undefined
      ? {}
      : {
          stack: error.stack
            .split('\n')
            .slice(1, 12)
            .map((line) => text(line.trim())),
        }),
    ...(cause === undefined ? {} : { cause: plain(cause, depth + 1) }),
  };
};

/**
 * Any value as plain JSON data: text cleaned, secrets masked by name, decimals and big integers as text, errors with
 * code and stack. Cycles and depth end in a mark, so logging cannot fail or run away.
 */
export function plain(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[deep]';
  if (value instanceof Error) return errorFields(value, depth);
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => plain(item, depth + 1));
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if ('toFixed' in value && typeof value.toFixed === 'function') return String(value.toFixed());
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  return plainFields(value, depth + 1);
}

export function plainFields(fields: object, depth = 0): Record<string, unknown> {
  const entries = Object.entries(fields).slice(0, MAX_ITEMS);
  return Object.fromEntries(
    entries.map(([name, value]) => [text(name, 100), SECRET_NAME.test(name) ? '***' : plain(value, depth)]),
  );
}
