import { describe, expect, test } from 'vitest';
import { fuzz } from './campaign.js';
import { mutateJson } from './mutate.js';
import { Broken, type Target } from './target.js';
import { Random } from '../simulation/random.js';

/** A short share of `npm run fuzz`; docs/fuzzing.md says what is fed and what must hold. */

const SEED = 20_261_121;

describe('mutated input: no crash, no growth, no order, and what comes out makes sense', () => {
  test.each([
    ['ws', 40, 'W11, W13, X30: frames through the real feed, its socket and the reactor'],
    [
      'rest',
      1_500,
      'N09, N26, X30: answers of every call; an order is ours by its own words, refused, or unknown',
    ],
    ['config', 60, 'C01, C03, S10: a configuration that can be run, or a refusal with 78'],
    ['api', 10, 'S09, S10: raw requests; no failure inside, no command without the token'],
    ['numbers', 300, 'X07, X30, S20: amounts, prices and order names, against a slow reader'],
    ['files', 24, 'P29, P38, P39: damaged books, paper exchange and lock records'],
  ])('%s, %i steps: %s', async (target, steps) => {
    const { violation, inputs } = await fuzz({ target, seed: SEED, steps });
    expect(violation).toBeNull();
    expect(inputs).toBeGreaterThanOrEqual(steps);
  });
});

describe('the campaign itself', () => {
  const targetOf = (run: (random: Random) => void): Target => ({
    open: () =>
      Promise.resolve({
        step: (random) => {
          run(random);
          return Promise.resolve(1);
        },
        close: () => Promise.resolve(),
      }),
  });

  test('a broken promise is told with its input, and its step alone breaks it again', async () => {
    const instead = targetOf((random) => {
      const input = mutateJson({ price: '1.5' }, random).toString();
      if (input.includes('1e999')) throw new Broken('1e999 was accepted', input);
    });
    const found = await fuzz({ target: 'rest', seed: 3, steps: 5_000, instead });
    expect(found.violation).toContain('1e999 was accepted');
    expect(found.violation).toContain(`--seed 3 --replay rest:${found.steps}`);

    const again = await fuzz({ target: 'rest', seed: 3, fromStep: found.steps, steps: 1, instead });
    expect(again.violation).toBe(found.violation);
  });

  test('an exception that nobody expected is a crash', async () => {
    const instead = targetOf(() => {
      throw new TypeError('cannot read properties of undefined');
    });
    expect((await fuzz({ target: 'ws', seed: 1, steps: 3, instead })).violation).toContain(
      'crash: TypeError',
    );
  });

  test('what keeps its inputs is noticed', async () => {
    const kept: unknown[] = [];
    const instead = targetOf(() => void kept.push(Array.from({ length: 100_000 }, (_, i) => i + 0.5)));
    const { violation } = await fuzz({ target: 'ws', seed: 1, steps: 120, instead });
    expect([kept.length, violation]).toEqual([120, expect.stringContaining('the heap has grown')]);
  });

  test('the same seed and step draw the same input', () => {
    const draw = (step: number): string =>
      mutateJson({ a: [1, 'x'] }, new Random(5, `ws ${step}`)).toString('latin1');
    const drawn = Array.from({ length: 50 }, (_, step) => draw(step));
    expect(drawn).toEqual(Array.from({ length: 50 }, (_, step) => draw(step)));
    expect(new Set(drawn).size).toBeGreaterThan(25);
  });
});
