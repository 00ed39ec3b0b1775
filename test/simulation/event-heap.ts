import type { Life } from './life.js';

/** One thing that is going to happen. Events of one moment happen in the order in which they were put in. */
export interface SimEvent {
  readonly atMs: number;
  readonly seq: number;
  /** Whose doing it is: nothing happens to the dead, and the frozen do it later. Null is the world itself. */
  readonly life: Life | null;
  readonly run: () => void;
}

const isBefore = (a: SimEvent, b: SimEvent): boolean =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.seq < b.seq);

/** A binary heap by time, then by order of arrival. */
export class EventHeap {
  readonly #items: SimEvent[] = [];
  #seq = 0;

  get size(): number {
    return this.#items.length;
  }

  peekMs(): number {
    return this.#items[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  push(atMs: number, life: Life | null, run: () => void): void {
    const items = this.#items;
    const event: SimEvent = { atMs, seq: this.#seq, life, run };
    this.#seq += 1;
    let index = items.length;
    items.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = items[parent] as SimEvent;
      if (isBefore(above, event)) break;
      items[index] = above;
      index = parent;
    }
    items[index] = event;
  }

  pop(): SimEvent | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || last === undefined || items.length === 0) return first;
    const { length } = items;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= length) break;
      if (child + 1 < length && isBefore(items[child + 1] as SimEvent, items[child] as SimEvent)) child += 1;
      if (isBefore(last, items[child] as SimEvent)) break;
      items[index] = items[child] as SimEvent;
      index = child;
    }
    items[index] = last;
    return first;
  }
}
