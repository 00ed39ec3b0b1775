import { expect, test } from 'vitest';
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
  expect(await engine.status()).toMatchObject({
    access: { key_refused: 'INVALID_KEY' },
    pairs: [{ waiting_for: 'key_refused' }],
  });
  harm.end();

  await expect.poll(() => readiness(engine), SOON).toBe(200);
  // That the account can be read again does not say that the key may trade again: the operator does.
  expect(await engine.status()).toMatchObject({ access: { key_refused: 'INVALID_KEY' } });
  expect(await engine.cli('trading', 'on')).toMatchObject({ code: 0 });
  expect(await engine.status()).toMatchObject({ access: { key_refused: null } });
  expect(await engine.stop()).toBe(0);
});
