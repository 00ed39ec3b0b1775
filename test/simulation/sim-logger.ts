import type { LogFields, Logger } from '@mtrade/log';
import type { World } from './world.js';

/** Steps of the engine that failed in a way nobody foresaw. What this simulation's own disk did is foreseen. */
const UNFORESEEN = new Set([
  'a step of the cycler failed',
  'a pass over the pair failed; the pair rests',
  'an open order could not be followed; it is tried again',
]);

/** Says nothing and listens: an error that the engine survives is still an error. */
export function simLogger(world: World): Logger {
  const logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (fields: LogFields, message: string) => {
      const reason = typeof fields['error'] === 'string' ? fields['error'] : '';
      if (UNFORESEEN.has(message) && !reason.startsWith('injected:'))
        world.fail('ERROR', `${message}: ${reason}`);
    },
    child: () => logger,
  };
  return logger;
}
