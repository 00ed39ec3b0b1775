import { afterAll, beforeAll } from 'vitest';
import { type EngineOptions, type EngineProcess, startEngine } from './engine.js';
import { createWorld, type World, type WorldOptions } from './world.js';

/** A world for the tests of one `describe`, gone after them together with every process they have started. */
export function useWorld(options: WorldOptions): { readonly world: World } {
  let world: World | null = null;
  beforeAll(async () => {
    world = await createWorld(options);
  });
  afterAll(async () => {
    await world?.close();
  });
  return {
    get world() {
      if (!world) throw new Error('the world begins with the first test');
      return world;
    },
  };
}

/**
 * A world and one engine on it. An engine costs a second to start, so tests share it: each has a pair of its own,
 * and they may run at the same time, as pairs do. `prepare` runs before the engine starts.
 */
export function useEngine(
  options: WorldOptions & { readonly start?: EngineOptions },
  prepare: (world: World) => void = () => undefined,
): { readonly world: World; readonly engine: EngineProcess } {
  const place = useWorld(options);
  let engine: EngineProcess | null = null;
  beforeAll(async () => {
    prepare(place.world);
    engine = await startEngine(place.world, options.start);
  });
  return {
    get world() {
      return place.world;
    },
    get engine() {
      if (!engine) throw new Error('the engine begins with the first test');
      return engine;
    },
  };
}
