import { MtradeError } from './errors.js';

/** States what must be true. A failure is an internal contradiction: the engine stops, it never guesses. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new MtradeError('MTRADE_CONTRADICTION', message, {});
}

/** Makes a forgotten case of a union a compile error, and a run-time contradiction if it happens anyway. */
export function assertNever(value: never): never {
  throw new MtradeError('MTRADE_CONTRADICTION', `unexpected value: ${JSON.stringify(value)}`, {});
}
