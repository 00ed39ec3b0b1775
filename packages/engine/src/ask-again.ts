import type { EngineContext } from './context.js';

/** The next look at this intent is due in so long; a request that is under way is waited for no longer. */
export function askAgain({ intents, clock }: EngineContext, intentId: number, inMs: number): void {
  const memory = intents.get(intentId);
  if (!memory) return;
  memory.askedUntilMono = null;
  memory.askAtMono = clock.monoMs() + inMs;
}
