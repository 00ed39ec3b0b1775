import { describe, expect, test } from 'vitest';
import {
  createBoard,
  emptyEngineGauge,
  emptyPairGauge,
  emptyPriceCell,
  emptyTriggerCell,
  Owner,
} from '../src/index.js';
import { elapsedMsSince, toStamp } from '../src/stamp.js';

const board = () => createBoard({ symbols: ['BTC/USDT', 'ETH/USDT'], urgentCapacity: 100 });

const extreme = {
  bidMantissa: Number.MAX_SAFE_INTEGER,
  bidDecimals: 255,
  askMantissa: 1,
  askDecimals: 0,
  lastMantissa: -1,
  lastDecimals: 18,
  levelAskMantissa: 4_503_599_627_370_497,
  levelAskDecimals: 200,
  askLevel: 50,
  exchangeMs: 1_700_000_000_123,
  receivedMono: 987_654_321.123_456,
  levelExchangeMs: 1_700_000_000_122.5,
  levelReceivedMono: 987_654_320.25,
  suspectSinceMono: 987_654_319.5,
  isRest: true,
  version: 0,
};

describe('price cells', () => {
  test('a pair that was never written says so and leaves the target alone', () => {
    const into = emptyPriceCell();
    expect(board().prices.read(0, into)).toBe(false);
    expect(into).toEqual(emptyPriceCell());
  });

  test('give back every value exactly, up to the largest safe integer', () => {
    const { prices } = board();
    prices.write(1, extreme);
    const into = emptyPriceCell();
    expect(prices.read(1, into)).toBe(true);
    expect(into).toEqual({ ...extreme, version: 1 });
    expect(prices.read(0, into)).toBe(false);
  });
});

describe('the clock cell', () => {
  test('gives back the last measurement exactly, and says when there is none', () => {
    const { clock } = board();
    const into = { exchangeMinusMono: 1, errorMs: 2, measuredMono: 3 };
    expect(clock.read(into)).toBe(false);
    expect(into).toEqual({ exchangeMinusMono: 1, errorMs: 2, measuredMono: 3 });
    const measured = {
      exchangeMinusMono: 1_699_999_012_345.625,
      errorMs: 20.25,
      measuredMono: 987_654.321,
    };
    clock.write({ exchangeMinusMono: 0, errorMs: 0, measuredMono: 0 });
    clock.write(measured);
    expect(clock.read(into)).toBe(true);
    expect(into).toEqual(measured);
  });
});

describe('trigger cells', () => {
  test('a missing level is one that no price crosses', () => {
    const { triggers } = board();
    const into = emptyTriggerCell();
    triggers.arm(0, { buyAtOrBelow: 96.35, askLevel: 2, sellAtOrAbove: null });
    expect(triggers.read(0, into)).toBe(true);
    expect(into).toEqual({ buyAtOrBelow: 96.35, askLevel: 2, sellAtOrAbove: Infinity, isPatient: false });
    triggers.arm(0, { buyAtOrBelow: null, askLevel: 1, sellAtOrAbove: 100.6, isPatient: true });
    triggers.read(0, into);
    expect(into).toEqual({ buyAtOrBelow: -Infinity, askLevel: 1, sellAtOrAbove: 100.6, isPatient: true });
  });

  test('a pair that was never armed does not show the levels of the one read before', () => {
    const { triggers } = board();
    const into = { buyAtOrBelow: 5, askLevel: 3, sellAtOrAbove: 6, isPatient: true };
    expect(triggers.read(1, into)).toBe(false);
    expect(into).toEqual(emptyTriggerCell());
  });
});

describe('stamps', () => {
  test('measure right across the wrap of the 32-bit clock', () => {
    const wrap = 2 ** 32;
    expect(elapsedMsSince(toStamp(wrap - 40), wrap + 60)).toBe(100);
    expect(elapsedMsSince(toStamp(wrap / 2 - 40), wrap / 2 + 60)).toBe(100);
    expect(elapsedMsSince(toStamp(1_000), 1_000 + 40 * 86_400_000)).toBe(40 * 86_400_000);
  });

  test('another thread whose clock was read a moment later does not look like 49 days', () => {
    expect(elapsedMsSince(toStamp(1_005), 1_000)).toBe(0);
  });

  test('a clock that stands at 0 or at the wrap is not mistaken for never', () => {
    expect(elapsedMsSince(toStamp(0), 100)).toBeLessThanOrEqual(100);
    expect(elapsedMsSince(toStamp(2 ** 32), 2 ** 32 + 100)).toBeLessThanOrEqual(100);
  });
});

describe('pair slots', () => {
  test('a claim belongs to one generation of one worker', () => {
    const { slots } = board();
    expect(slots.tryClaim(0, Owner.cycler, 3)).toBe(true);
    expect(slots.tryClaim(0, Owner.cycler, 3)).toBe(false);
    expect(slots.tryClaim(1, Owner.reactor, 3)).toBe(true);
    expect(() => slots.release(0, Owner.cycler, 4)).toThrow(/not held/);
    expect(() => slots.release(0, Owner.reactor, 3)).toThrow(/not held/);
    slots.release(0, Owner.cycler, 3);
    expect(slots.isClaimed(0)).toBe(false);
    expect(() => slots.release(0, Owner.cycler, 3)).toThrow(/not held/);
  });

  test('P19: a sweep frees the dead generation, not its successor, and marks what it freed', () => {
    const { slots } = board();
    slots.tryClaim(0, Owner.cycler, 3);
    slots.tryClaim(1, Owner.cycler, 4);
    expect(slots.sweep(Owner.cycler, 3)).toBe(1);
    expect(slots.isClaimed(0)).toBe(false);
    expect(slots.takeDirty(0)).toBe(true);
    expect(slots.isClaimed(1)).toBe(true);
    expect(slots.takeDirty(1)).toBe(false);
    expect(slots.sweep(Owner.reactor, 9)).toBe(0);
    expect(slots.sweep(Owner.cycler, 7), 'generations before the dead one are dead too').toBe(1);
  });

  test('a mark is taken once', () => {
    const { slots } = board();
    slots.markDirty(0);
    slots.markDirty(0);
    expect([slots.takeDirty(0), slots.takeDirty(0)]).toEqual([true, false]);
  });

  test('news for a held pair is left to its holder, for a free pair it is not', () => {
    const { slots } = board();
    expect(slots.deferToHolder(0)).toBe(false);
    expect(slots.takeDirty(0)).toBe(false);
    slots.tryClaim(0, Owner.cycler, 1);
    expect(slots.deferToHolder(0)).toBe(true);
    expect(slots.takeDirty(0)).toBe(true);
  });

  test('a generation that does not fit is refused, not cut off', () => {
    expect(() => board().slots.tryClaim(0, Owner.lane, 2 ** 28)).toThrow(/generation/);
  });

  test('the debounce of each pair runs by its own stamp', () => {
    const { slots } = board();
    expect(slots.elapsedMs(0, 1_000)).toBe(Infinity);
    slots.stamp(0, 1_000);
    expect(slots.elapsedMs(0, 1_099)).toBe(99);
    expect(slots.elapsedMs(1, 1_099)).toBe(Infinity);
  });
});

describe('gauges', () => {
  const pair = {
    state: 6,
    isPermitted: true,
    isPaused: false,
    needsAttention: true,
    isWatched: true,
    step: 16,
    unknownIntents: 2,
    quarantinedIntents: 1,
    invested: 1234.56789,
    realizedProfit: -0.25,
    oldestUnknownMs: 1_700_000_000_123,
    unprotectedSinceMono: 987_654.25,
  };
  const engine = {
    isTrading: true,
    isKeyRefused: false,
    isComparisonComplete: true,
    budgetTokens: -3.5,
    budgetMono: 12.25,
    pausedUntilMono: 99,
    comparedMs: 1_700_000_000_000,
    foreignEngines: 1,
    findings: 100_000,
    forsakenPairs: 3,
    forsakenUnknownIntents: 4,
    bornMono: 7.5,
  };

  test('give back every value of a pair, each flag for itself, pairs apart', () => {
    const { gauges } = board();
    const into = emptyPairGauge();
    expect(gauges.readPair(1, into)).toBe(false);
    expect(into).toEqual(emptyPairGauge());
    const flags = ['isPermitted', 'isPaused', 'needsAttention', 'isWatched'] as const;
    for (const flag of flags) {
      const only = { ...pair, ...Object.fromEntries(flags.map((one) => [one, one === flag])) };
      gauges.writePair(1, only);
      expect(gauges.readPair(1, into)).toBe(true);
      expect(into).toEqual(only);
    }
    expect(gauges.readPair(0, into)).toBe(false);
  });

  test('give back every value of the engine, and touch no pair', () => {
    const { gauges } = board();
    const into = emptyEngineGauge();
    expect(gauges.readEngine(into)).toBe(false);
    for (const flag of ['isTrading', 'isKeyRefused', 'isComparisonComplete'] as const) {
      const other = { ...engine, isTrading: false, isComparisonComplete: false, [flag]: true };
      gauges.writeEngine(other);
      expect(gauges.readEngine(into)).toBe(true);
      expect(into).toEqual(other);
    }
    expect(gauges.readPair(0, emptyPairGauge())).toBe(false);
  });
});

test('the age of a decision is apart from the debounce', () => {
  const { slots } = board();
  expect(slots.decisionAgeMs(1, 5_000)).toBe(Infinity);
  slots.stamp(1, 1_000);
  expect(slots.decisionAgeMs(1, 5_000)).toBe(Infinity);
  slots.decided(1, 4_000);
  expect(slots.decisionAgeMs(1, 5_000)).toBe(1_000);
  expect(slots.elapsedMs(1, 5_000)).toBe(4_000);
  expect(slots.decisionAgeMs(0, 5_000)).toBe(Infinity);
});
