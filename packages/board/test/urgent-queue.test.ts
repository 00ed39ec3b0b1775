import { describe, expect, test } from 'vitest';
import { createBoard, type UrgentQueue } from '../src/index.js';
import { QUEUE_HEADER_WORDS, UrgentQueue as Queue } from '../src/urgent-queue.js';
import { wordsOver } from './support/loom.js';

const queueOf = (pairs: number, urgentCapacity = 100): UrgentQueue =>
  createBoard({ symbols: Array.from({ length: pairs }, (_, pair) => `P${pair}/USDT`), urgentCapacity })
    .urgent;

function drain(queue: UrgentQueue): number[] {
  const pairs: number[] = [];
  for (let pair = queue.pop(); pair !== -1; pair = queue.pop()) pairs.push(pair);
  return pairs;
}

describe('the urgent queue', () => {
  test('gives the oldest first', () => {
    const queue = queueOf(8);
    for (const pair of [5, 2, 7, 0]) queue.push(pair, false);
    expect(drain(queue)).toEqual([5, 2, 7, 0]);
  });

  test('serves every crossing before all others, and promotes a queued pair to the end of the crossings', () => {
    const queue = queueOf(8);
    queue.push(1, false);
    queue.push(2, false);
    queue.push(3, true);
    expect(queue.push(2, true)).toBe('coalesced');
    queue.push(4, true);
    expect(drain(queue)).toEqual([3, 2, 4, 1]);
  });

  test('says of what it gives whether it had crossed', () => {
    const queue = queueOf(8);
    queue.push(1, false);
    queue.push(3, true);
    const taken = [queue.pop(), queue.pop()];
    expect(taken).toEqual([3, 1]);
    expect(queue.tookCrossing).toBe(false);
    queue.push(1, false);
    queue.push(1, true);
    expect([queue.pop(), queue.tookCrossing]).toEqual([1, true]);
  });

  test('W06: a pair is in it at most once, and a crossing one stays crossing', () => {
    const queue = queueOf(3);
    expect(queue.push(1, true)).toBe('queued');
    expect(queue.push(1, false)).toBe('coalesced');
    expect(queue.push(1, true)).toBe('coalesced');
    queue.push(0, true);
    expect(queue.depth()).toBe(2);
    expect(drain(queue)).toEqual([1, 0]);
  });

  test('scenario 37: of 101 distinct pairs 100 are kept in order, the overflow is said, a queued pair still coalesces', () => {
    const queue = queueOf(101);
    const results = Array.from({ length: 101 }, (_, pair) => queue.push(pair, false));
    expect(results).toEqual([...Array.from({ length: 100 }, () => 'queued'), 'full']);
    expect(queue.push(100, true)).toBe('full');
    expect(queue.push(99, true)).toBe('coalesced');
    expect(queue.depth()).toBe(100);
    expect(drain(queue)).toEqual([99, ...Array.from({ length: 99 }, (_, pair) => pair)]);
    expect(queue.push(100, false)).toBe('queued');
  });

  test('keeps its order across the wrap of the tickets', () => {
    const pairs = 4;
    const memory = new Int32Array(QUEUE_HEADER_WORDS + pairs);
    memory[0] = -3 << 12;
    const queue = new Queue({ pairs, capacity: pairs }, wordsOver(memory));
    for (const pair of [3, 1, 2, 0]) queue.push(pair, false);
    expect(drain(queue)).toEqual([3, 1, 2, 0]);
  });

  test('a pair that rested while all tickets went round is queued like any other', () => {
    const pairs = 2;
    const queue = new Queue(
      { pairs, capacity: pairs },
      wordsOver(new Int32Array(QUEUE_HEADER_WORDS + pairs)),
    );
    queue.push(1, false);
    expect(queue.pop()).toBe(1); // entry 1 keeps ticket 2
    for (let change = 0; change < 2 ** 20 - 2; change += 2) {
      queue.push(0, false);
      queue.pop();
    }
    queue.push(0, false); // ticket 1 of the next round; the next one is 2 again
    expect(queue.push(1, false)).toBe('queued');
    expect(drain(queue)).toEqual([0, 1]);
  });

  test('P46: what a dead producer announced is completed by the sweep', () => {
    const memory = new Int32Array(QUEUE_HEADER_WORDS + 2);
    const queue = new Queue({ pairs: 2, capacity: 2 }, wordsOver(memory));
    memory[0] = (1 << 12) | (1 << 2) | 2;
    queue.sweep();
    expect(memory[QUEUE_HEADER_WORDS + 1]).toBe((1 << 12) | 2);
    expect(queue.pop()).toBe(1);
    expect(queue.pop()).toBe(-1);
  });
});
