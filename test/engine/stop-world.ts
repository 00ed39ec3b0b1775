import type { Position } from '@mtrade/cycle';
import { StopSide } from './stop-side.js';
import { ETH, makeParams, World, type WorldOptions } from './world.js';

/** Start buy of 10 USDT at 100, steps of 3 %, a stop 5 % below the average cost, no fees. */
export function begin(options: WorldOptions = {}): { world: World; stops: StopSide } {
  const world = new World({ params: makeParams({ stopLossPct: '5' }), ...options }).ready();
  return { world, stops: new StopSide(world) };
}

/** The start buy has filled; its stop has been asked for and nothing is known of it. */
export function held(options: WorldOptions = {}): { world: World; stops: StopSide } {
  const one = begin(options);
  one.world.activate();
  one.world.pass(ETH, '100', '100');
  return one;
}

/** The stop lies on the exchange. */
export function covered(options: WorldOptions = {}): { world: World; stops: StopSide } {
  const one = held(options);
  one.stops.accept();
  return one;
}

export const stateOf = (world: World): string => world.pair().position?.state ?? 'none';
export const openOf = (world: World): string[] =>
  world.pair().openIntents.map(({ purpose, state }) => `${purpose} ${state}`);
export const lastPosition = (world: World): Position | undefined => world.store.queries.positions()[0];

/** Time passes; the engine looks at its stops, and the exchange answers. */
export function wait(world: World, stops: StopSide, ms: number, price = '100'): void {
  for (let gone = 0; gone < ms; gone += 1_000) {
    world.clock.advance(Math.min(1_000, ms - gone));
    world.tellClock();
    world.tick(ETH, price, price);
    world.turn();
    stops.answer();
  }
  world.turn();
}
