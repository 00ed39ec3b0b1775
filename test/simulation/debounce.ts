import type { World } from './world.js';

export const DEBOUNCE_MS = 100;

/**
 * I21, of one process: two passes over one pair are at least the debounce apart, unless something called for the second
 * one: an entry of the urgent queue, a trigger that was crossed meanwhile, an order that has just ended or traded. And what puts
 * an entry on the queue is either a crossing or a price after the debounce.
 */
export class Debounce {
  readonly #world: World;
  readonly #passedMs: number[] = [];
  readonly #called = new Set<number>();

  constructor(world: World) {
    this.#world = world;
  }

  calledFor(pair: number): void {
    this.#called.add(pair);
  }

  passed(pair: number, nowMs: number): void {
    const isCalled = this.#called.delete(pair);
    if (!isCalled && this.#isFresh(pair, nowMs)) this.#fail(pair, 'is looked at again', nowMs);
    // The board keeps whole milliseconds.
    this.#passedMs[pair] = Math.floor(nowMs);
  }

  queued(pair: number, isCrossing: boolean): void {
    const nowMs = this.#world.time.host.monoMs();
    if (!isCrossing && this.#isFresh(pair, nowMs)) this.#fail(pair, 'is queued', nowMs);
  }

  #isFresh(pair: number, nowMs: number): boolean {
    return nowMs - (this.#passedMs[pair] ?? Number.NEGATIVE_INFINITY) < DEBOUNCE_MS;
  }

  #fail(pair: number, what: string, nowMs: number): void {
    const ageMs = nowMs - (this.#passedMs[pair] ?? nowMs);
    this.#world.fail(
      'I21',
      `${this.#world.symbols[pair]} ${what} ${ageMs.toFixed(2)} ms after its last pass`,
    );
  }
}
