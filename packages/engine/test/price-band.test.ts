import { describe, expect, test } from 'vitest';
import { PriceBand, type PriceSource } from '../src/price-band.js';

const BELIEVED = -1;

function believing(price: number) {
  const band = new PriceBand(1, { maxJumpPct: 30 });
  band.judge(0, price, price, 'book', 0);
  const judge = (at: number, mono: number, source: PriceSource = 'book'): number =>
    band.judge(0, at, at, source, mono);
  return { band, judge };
}

describe('W17: a price that jumps out of the band', () => {
  test.each([
    [130, true],
    [130.1, false],
    [77, true],
    [76.9, false],
    [0.001, false],
    [100_000, false],
  ])('%d after 100 is believed at once: %s', (price, isBelieved) => {
    expect(believing(100).judge(price, 10) === BELIEVED).toBe(isBelieved);
  });

  test('one wrong side is enough: the bid stands, the ask is a thousandth', () => {
    expect(believing(100).band.judge(0, 100, 0.1, 'book', 10)).toBe(10);
  });

  test('a wrong frame is forgotten with the next good one, however long it takes', () => {
    const { judge } = believing(100);
    judge(0.1, 10);
    expect(judge(101, 5_000)).toBe(BELIEVED);
    expect(judge(0.1, 5_010)).toBe(5_010);
  });

  test('a crash is believed after two seconds and three frames that agree, and goes on from there', () => {
    const { judge } = believing(100);
    expect([judge(50, 10), judge(49, 1_000), judge(45, 2_009)]).toEqual([10, 10, 10]);
    expect(judge(44, 2_010)).toBe(BELIEVED);
    expect(judge(40, 2_020)).toBe(BELIEVED);
  });

  test('two frames are not enough, whatever time lies between them', () => {
    const { judge } = believing(100);
    judge(50, 10);
    expect(judge(50, 60_000)).toBe(10);
    expect(judge(50, 60_001)).toBe(BELIEVED);
  });

  test('prices that contradict each other confirm nothing', () => {
    const { judge } = believing(100);
    const since = [10, 1_000, 2_000, 3_000, 4_000].map((mono, index) => judge(10 ** -index, mono));
    expect(since).toEqual([10, 1_000, 2_000, 3_000, 4_000].map((mono, index) => (index === 0 ? 10 : mono)));
  });

  test.each(['ticker', 'rest'] as const)(
    'a second source that says the same believes it at once: %s',
    (source) => {
      const { judge } = believing(100);
      judge(50, 10);
      expect(judge(51, 20, source)).toBe(BELIEVED);
    },
  );

  test('a second source that still says the old price ends the suspicion the other way', () => {
    const { judge } = believing(100);
    judge(50, 10);
    expect(judge(100, 20, 'rest')).toBe(BELIEVED);
    expect(judge(50, 30)).toBe(30);
  });

  test('a trade at the price confirms a book, and a trade elsewhere does not', () => {
    const { band, judge } = believing(100);
    judge(50, 10);
    expect(band.witness(0, 100)).toBe(10);
    expect(band.witness(0, 52)).toBe(BELIEVED);
    expect(judge(51, 20)).toBe(BELIEVED);
  });

  test('a thread that is born again goes on where the last one stood', () => {
    const sound = new PriceBand(1, { maxJumpPct: 30 });
    sound.recall(0, 100, 100, -1);
    expect(sound.judge(0, 50, 50, 'book', 10)).toBe(10);
    const doubtful = new PriceBand(1, { maxJumpPct: 30 });
    doubtful.recall(0, 50, 50, 10);
    expect(doubtful.judge(0, 50, 50, 'book', 2_500)).toBe(10);
    expect(doubtful.judge(0, 50, 50, 'book', 2_600)).toBe(BELIEVED);
  });
});
