import type { RestFault } from '@mtrade/market-sim';
import { describe, expect, test } from 'vitest';
import { controlCall, type EngineProcess, runStart, startEngine } from './support/engine.js';
import { useWorld } from './support/fixture.js';

const place = useWorld({});
const ACCOUNTS = '/api/v4/spot/accounts';
const SOON = { timeout: 40_000, interval: 100 };

const readiness = async ({ dataDir }: EngineProcess): Promise<number> =>
  (await controlCall(dataDir, 'GET', '/readyz')).status;

test('N17: a key that the exchange refuses is found at the start: exit 78 with the reason, and no order', async () => {
  const { code, stderr } = await runStart(place.world, { env: { MTRADE_API_SECRET: 'not-the-secret' } });

  expect(code).toBe(78);
  expect(stderr).toMatch(/the exchange refuses the API key \(INVALID_SIGNATURE\)/);
  expect(place.world.orders('ETH/USDT')).toEqual([]);
});

test('N18: an engine whose account can be read no more says that it is not ready, until it can', async () => {
  const { world } = place;
  world.price('ETH/USDT', '100', '100.1');
  const engine = await startEngine(world);
  await expect.poll(() => readiness(engine), SOON).toBe(200);

  const harm = world.harm(ACCOUNTS, { kind: 'error', process: false, status: 401, label: 'INVALID_KEY' });
  await expect.poll(() => readiness(engine), SOON).toBe(503);
  // A pair says so when it is next looked at, which may be some moments later where no price calls for it.
  await expect
    .poll(() => engine.status(), SOON)
    .toMatchObject({ access: { key_refused: 'INVALID_KEY' }, pairs: [{ waiting_for: 'key_refused' }] });
  harm.end();

  await expect.poll(() => readiness(engine), SOON).toBe(200);
  // That the account can be read again does not say that the key may trade again: the operator does.
  expect(await engine.status()).toMatchObject({ access: { key_refused: 'INVALID_KEY' } });
  expect(await engine.cli('trading', 'on')).toMatchObject({ code: 0 });
  expect(await engine.status()).toMatchObject({ access: { key_refused: null } });
  expect(await engine.stop()).toBe(0);
});

describe('S18: a key that may move coins out of the account', () => {
  const MAIN_KEYS = '/api/v4/account/main_keys';
  const rights = (...perms: { name: string; read_only: boolean }[]): RestFault => ({
    kind: 'rewrite',
    set: { perms },
  });
  const SPOT = { name: 'spot', read_only: false };
  const started = async (fault: RestFault, env: Record<string, string> = {}): Promise<string> => {
    const { world } = place;
    world.price('ETH/USDT', '100', '100.1');
    const harm = world.harm(MAIN_KEYS, fault);
    try {
      const engine = await startEngine(world, { env });
      await expect.poll(() => readiness(engine), SOON).toBe(200);
      expect(await engine.stop()).toBe(0);
      expect(harm.hits()).toBe(1);
      return engine.stdout() + engine.stderr();
    } finally {
      harm.end();
    }
  };

  test.each(['wallet', 'withdraw'])(
    'S18: the right "%s" is refused live: exit 78, no order',
    async (name) => {
      const { world } = place;
      world.price('ETH/USDT', '100', '100.1');
      const posts = world.posts('ETH/USDT');
      const harm = world.harm(MAIN_KEYS, rights(SPOT, { name, read_only: false }));

      const { code, stderr } = await runStart(world);
      harm.end();

      expect(code).toBe(78);
      expect(stderr).toContain(`the key may move coins out of the account (${name})`);
      expect(stderr).toContain('exchange.allow_withdrawal_key = true');
      expect(world.posts('ETH/USDT')).toBe(posts);
    },
  );

  test('S18: the operator may insist, and is told all the same', async () => {
    const said = await started(rights(SPOT, { name: 'wallet', read_only: false }), {
      MTRADE__EXCHANGE__ALLOW_WITHDRAWAL_KEY: 'true',
    });
    expect(said).toContain('the key may move coins out of the account (wallet)');
  });

  test('S18: a right to read the wallet moves nothing and is no reason for a word', async () => {
    const said = await started(rights(SPOT, { name: 'wallet', read_only: true }));
    expect(said).not.toContain('out of the account');
    expect(said).not.toContain('does not tell');
  });

  test.each<[what: string, fault: RestFault]>([
    ['refuses to tell', { kind: 'error', process: false, status: 403, label: 'FORBIDDEN' }],
    ['does not know the question', { kind: 'error', process: false, status: 404, label: 'NOT_FOUND' }],
    ['leaves the rights out', { kind: 'rewrite', set: { perms: null } }],
    ['tells of other keys only', { kind: 'rewrite', set: { key: 'another*****' } }],
  ])('S18: an exchange that %s is a warning and never a refusal', async (_what, fault) => {
    expect(await started(fault)).toContain('the exchange does not tell whether the key may withdraw');
  });
});
