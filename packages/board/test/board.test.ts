import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { attachBoard, COUNTERS, createBoard, INTERNAL_COUNTERS, LAYOUT_VERSION } from '../src/index.js';
import { CACHE_LINE_BYTES, layoutFor } from '../src/layout.js';

const options = { symbols: ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'], urgentCapacity: 100 };

describe('the board', () => {
  test('a handle that was cloned to another thread opens the same memory', () => {
    const board = createBoard(options);
    const attached = attachBoard(structuredClone(board.handle));
    board.counters.increment('errors');
    board.urgent.push(2, true);
    expect(attached.counters.read('errors')).toBe(1);
    expect(attached.urgent.pop()).toBe(2);
    expect(board.urgent.depth()).toBe(0);
  });

  test('finds a symbol by name, and says -1 for one it does not carry', () => {
    const board = createBoard(options);
    expect(options.symbols.map((symbol) => board.indexOf(symbol))).toEqual([0, 1, 2]);
    expect(board.indexOf('DOGE/USDT')).toBe(-1);
  });

  test.each([
    ['another layout', { layoutVersion: LAYOUT_VERSION + 1 }],
    ['other pairs', { symbols: ['BTC/USDT'] }],
    ['another capacity', { urgentCapacity: 7 }],
    ['memory of another size', { buffer: new SharedArrayBuffer(64) }],
  ])('refuses a handle of %s', (_what, difference) => {
    const { handle } = createBoard(options);
    expect(() => attachBoard({ ...handle, ...difference })).toThrow(/board/);
  });

  test('refuses a memory that no board was laid out in', () => {
    const { handle } = createBoard(options);
    const blank = new SharedArrayBuffer(handle.buffer.byteLength);
    expect(() => attachBoard({ ...handle, buffer: blank })).toThrow(/header/);
  });

  test.each([
    ['a pair twice', { ...options, symbols: ['A/B', 'A/B'] }, /twice/],
    ['too many pairs', { ...options, symbols: Array.from({ length: 1_025 }, (_, i) => `${i}/B`) }, /1024/],
    ['no room in the queue', { ...options, urgentCapacity: 0 }, /capacity/],
  ])('refuses to be made with %s', (_what, wrong, message) => {
    expect(() => createBoard(wrong)).toThrow(message);
  });

  test('sections follow each other on cache lines without overlap, for any number of pairs', () => {
    for (const pairs of [0, 1, 16, 17, 200, 1_024]) {
      const { sizeBytes, ...sections } = layoutFor(pairs);
      let end = 0;
      for (const section of Object.values(sections)) {
        expect(section.byteOffset).toBe(end);
        expect(section.byteOffset % CACHE_LINE_BYTES).toBe(0);
        end += section.sizeBytes;
      }
      expect(sizeBytes).toBe(end);
    }
  });

  test('docs/shared-memory.md draws this layout', () => {
    const page = readFileSync(new URL('../../../docs/shared-memory.md', import.meta.url), 'utf8');
    const drawn = [...page.matchAll(/^\| `(\w+)` .*\| +(\d+) \| +(\d+) \|$/gm)].map(
      ([, name, byteOffset, sizeBytes]) => [
        name,
        { byteOffset: Number(byteOffset), sizeBytes: Number(sizeBytes) },
      ],
    );
    const { sizeBytes, ...sections } = layoutFor(16);
    expect(Object.fromEntries(drawn)).toEqual(sections);
    expect(page).toContain(`16 pairs need ${sizeBytes.toLocaleString('en')} bytes`);
    expect(page).toContain(`version **${LAYOUT_VERSION}**`);
    for (const [index, [name]] of [...COUNTERS, ...INTERNAL_COUNTERS].entries()) {
      expect(page.replaceAll('\n', ' ')).toContain(`${index} \`${name}\``);
    }
  });

  test('an index beyond the pairs reaches nothing else', () => {
    const board = createBoard(options);
    expect(() => board.slots.markDirty(-1)).toThrow(RangeError);
    expect(() => board.slots.markDirty(3)).toThrow(RangeError);
  });
});

describe('counters', () => {
  test('the nine have the names of the contract, in their order, each with a sentence', () => {
    expect(COUNTERS.map(([name]) => name)).toEqual([
      'cycler_iterations',
      'cycler_processed',
      'cycler_skipped',
      'reactor_updates',
      'reactor_queued',
      'reactor_debounced',
      'urgent_processed',
      'urgent_skipped',
      'errors',
    ]);
    for (const [, sentence] of [...COUNTERS, ...INTERNAL_COUNTERS])
      expect(sentence.length).toBeGreaterThan(10);
  });

  test('each name counts for itself', () => {
    const { counters } = createBoard(options);
    const names = [...COUNTERS, ...INTERNAL_COUNTERS].map(([name]) => name);
    for (const [index, name] of names.entries()) counters.increment(name, index + 1);
    expect(counters.snapshot()).toEqual(Object.fromEntries(names.map((name, index) => [name, index + 1])));
  });
});

describe('heartbeats', () => {
  test('age in whole ms per role, Infinity before the first', () => {
    const { heartbeats } = createBoard(options);
    heartbeats.beat('cycler', 5_000.9);
    expect(heartbeats.ageMs('cycler', 5_250.1)).toBe(250);
    expect(heartbeats.ageMs('reactor', 5_250)).toBe(Infinity);
  });
});

describe('the wake word', () => {
  test('a notify between looking and waiting is not slept through', () => {
    const { cyclerWake } = createBoard(options);
    const seen = cyclerWake.current();
    cyclerWake.notify();
    cyclerWake.wait(seen, 1e9); // returns at once, or this test never ends
    expect(cyclerWake.current()).not.toBe(seen);
  });

  test('a mention between the last look and the rest is not slept through', () => {
    const { cyclerWake } = createBoard(options);
    cyclerWake.gather(cyclerWake.current(), 0, 10);
    const mentionAfterwards = (): boolean => {
      cyclerWake.mention();
      return false;
    };
    const seen = cyclerWake.current();
    cyclerWake.rest(seen, 1e9, mentionAfterwards); // returns at once, or this test never ends
    expect(cyclerWake.current()).not.toBe(seen);
  });

  test('what was mentioned before the rest is found by the last look', () => {
    const { cyclerWake } = createBoard(options);
    cyclerWake.gather(cyclerWake.current(), 0, 10);
    cyclerWake.mention();
    const seen = cyclerWake.current();
    cyclerWake.rest(seen, 1e9, () => true); // returns at once, or this test never ends
    expect(cyclerWake.current()).toBe(seen);
  });

  test('a gathering sleeps through so many mentions, and not through one more or a notify', () => {
    const { cyclerWake } = createBoard(options);
    const seen = cyclerWake.current();
    cyclerWake.gather(seen, 0, 2);
    cyclerWake.mention();
    cyclerWake.mention();
    expect(cyclerWake.current()).toBe(seen);
    cyclerWake.mention();
    expect(cyclerWake.current()).not.toBe(seen);
    cyclerWake.gather(seen, 1e9, 2); // returns at once
    cyclerWake.gather(cyclerWake.current(), 0, 2);
    cyclerWake.notify();
    expect(cyclerWake.current()).not.toBe(seen);
  });
});
