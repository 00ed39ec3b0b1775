import { describe, expect, test } from 'vitest';
import type { Fault, FaultKind } from './fault.js';
import { simulate } from './simulation.js';

/**
 * What the simulation has found in the engine, each with the kind of day that brings it to light. The lists of faults are
 * made by hand, so that they do not depend on what a seed draws. All of these were red before the engine was mended.
 */

/** The same fault again and again. */
const often = (
  kind: FaultKind,
  everyMs: number,
  value: number,
  fromMs = everyMs,
  toMs = 3_500_000,
): Fault[] =>
  Array.from({ length: Math.floor((toMs - fromMs) / everyMs) }, (_, index) => ({
    kind,
    atMs: fromMs + index * everyMs,
    value,
  }));

const verdict = async (seed: number, faults: readonly Fault[]): Promise<string> => {
  const { violation } = await simulate({ seed, hours: 1, pairs: 3, faults });
  return violation === null ? 'kept' : `${violation.id}: ${violation.detail}`;
};

describe('found by the simulation', () => {
  test.each([1, 2])(
    'a filled order is found although the wall clock is an hour ahead (N20, I5; first seen in seed 13; seed %i)',
    async (seed) => {
      const jump: Fault = { kind: 'clock-jump', atMs: 60_000, value: 3_600_000 };
      expect(await verdict(seed, [jump, ...often('unseen', 120_000, 1_000)])).toBe('kept');
    },
  );

  test.each([10, 11])(
    'an order without a fill, forgotten by the exchange in an outage, does not block its pair (N31, I18; first seen in seed 27; seed %i)',
    async (seed) => {
      expect(await verdict(seed, often('cut-off', 180_000, 90_000))).toBe('kept');
    },
  );

  test.each([1, 2])(
    'no pair backs off for an hour because the wall clock was set back (N20; first seen in seed 137; seed %i)',
    async (seed) => {
      const back: Fault = { kind: 'clock-jump', atMs: 3_595_000, value: -3_600_000 };
      const refusals = often('refused', 5_000, 2, 3_400_000, 3_590_000);
      expect(await verdict(seed, [...refusals, back])).toBe('kept');
    },
  );

  test.each([3, 8])(
    'a market that was closed when its rules were read leaves no position bare for the rest of the hour (X13, I18, I27; first seen in seed 102; seed %i)',
    async (seed) => {
      // Every few minutes each market is closed for a minute, and the engine begins anew in it.
      const closed = [0, 1, 2].flatMap((pair) => often('trade-status', 400_000, 62_00 + pair, 300_000));
      expect(await verdict(seed, [...closed, ...often('kill', 400_000, 0, 320_000)])).toBe('kept');
    },
  );
});
