import type { Intent } from '@mtrade/cycle';
import type { EngineContext, StopMemory } from './context.js';

/** The companion of an open stop; made when it is first asked for, as after a restart. */
export function stopMemory({ stops }: EngineContext, { id }: Pick<Intent, 'id'>): StopMemory {
  let memory = stops.get(id);
  if (memory === undefined) {
    memory = { cancelling: null, wasCancelled: false, openAtMono: null, nearMono: 0 };
    stops.set(id, memory);
  }
  return memory;
}
