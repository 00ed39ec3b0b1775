import { Life } from './life.js';
import type { World } from './world.js';

/** What becomes of one request on its way. */
export interface Route {
  readonly upMs: number;
  readonly downMs: number;
  readonly requestLost: boolean;
  readonly answerLost: boolean;
  /** The exchange's front answers with a 5xx before or after the request was processed. */
  readonly error: 'before' | 'after' | null;
}

/** As long as the engine's own deadline for one request. */
export const REQUEST_DEADLINE_MS = 5_000;

/**
 * One request to the exchange. Nothing about it is certain to the caller: it hears the answer, an error, or nothing
 * until its own deadline. What is on the wire goes on without its sender.
 */
export function call<T>(
  world: World,
  life: Life,
  route: Route,
  serve: () => T,
  onAnswer?: () => boolean,
): Promise<T> {
  const { time } = world;
  const deadlineMs = time.nowMs + REQUEST_DEADLINE_MS;
  return new Promise<T>((resolve, reject) => {
    const say = (atMs: number, tell: () => void): void =>
      world.at(atMs, life, () => {
        if (onAnswer?.()) return;
        world.promisesMoved();
        tell();
      });
    const timeout = (): void => say(deadlineMs, () => reject(new Error('no answer before the deadline')));

    const arrivesMs = time.nowMs + route.upMs;
    const tooLate = arrivesMs >= deadlineMs;
    const isLost = route.requestLost || world.weather.isOut(time.nowMs);
    if (isLost || tooLate) timeout();
    if (isLost) return;
    world.at(arrivesMs, null, () => {
      if (world.weather.isOut(time.nowMs)) {
        if (!tooLate) timeout();
        return;
      }
      let answer: T | null = null;
      if (route.error !== 'before') answer = serve();
      if (tooLate) return;
      const answersMs = time.nowMs + route.downMs;
      if (route.answerLost || answersMs >= deadlineMs || world.weather.isOut(answersMs)) return timeout();
      say(answersMs, () => {
        if (route.error === null) resolve(answer as T);
        else reject(new Error('HTTP 502'));
      });
    });
  });
}
