import { expect, test } from 'vitest';
import { expectSound, expectTrades, lastWords, LIFE_MS, LIMIT_MS, useRound } from './fixture.js';
import type { Harm } from './life.js';

const at = useRound();

test.each<[string, string, Harm, Readonly<Record<string, string>>]>([
  [
    'scenario 42: the reactor throws when the private stream has told of an order',
    'reactor',
    { point: 'evidence.posted', nth: 3, act: 'throw' },
    {},
  ],
  [
    'scenario 42: the cycler ends with an intent on disk that the order thread was not told of',
    'cycler',
    { point: 'intent.start.committed', nth: 2, act: 'exit' },
    {},
  ],
  [
    'P17, scenario 42: the order thread runs out of memory with an order on the wire',
    'lane',
    { point: 'order.start.after-write', nth: 1, act: 'heap' },
    { NODE_OPTIONS: '--max-old-space-size=120' },
  ],
  [
    'P18: a promise that nobody handles, in the order thread with an order on the wire',
    'lane',
    { point: 'order.start.after-write', nth: 2, act: 'reject' },
    {},
  ],
  [
    'P20: the cycler spins for ever with a fill on disk that nobody was told of',
    'cycler',
    { point: 'fill.buy.committed', nth: 2, act: 'spin' },
    {},
  ],
])(
  '%s: the thread is replaced, the engine trades on, nothing is bought twice',
  async (_, thread, harm, env) => {
    const { round } = at;
    const life = round.start(harm, { env });
    expect(await life.harmed(LIFE_MS)).toBe(true);
    const replaced = await life.until(({ workers }) => (workers[thread]?.restarts ?? 0) > 0, LIFE_MS);
    expect(replaced, `its log: ${lastWords(life)}`).not.toBeNull();
    await expectTrades(round, life);
    await life.kill();
    await expectSound(round);
  },
  LIMIT_MS,
);

test(
  'scenario 42, P17, P18, P20: what the dead threads have left open is found out, and the books equal the exchange',
  async () => {
    const { violations, trades } = await at.round.heal();
    expect(violations).toEqual([]);
    expect(trades).toBeGreaterThan(0);
  },
  LIMIT_MS,
);
