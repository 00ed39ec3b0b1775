import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openReader } from '@mtrade/store';
import { afterAll, describe, expect, test } from 'vitest';
import { controlCall, eventually, runStart, startEngine } from './support/engine.js';
import { useWorld } from './support/fixture.js';

const PAIRS = ['ONE/USDT', 'TWO/USDT', 'THREE/USDT', 'FOUR/USDT'];

describe('a start that is refused has bought nothing', () => {
  const at = useWorld({ pairs: PAIRS });
  const others: Server[] = [];
  afterAll(() => others.forEach((server) => server.close()));

  /** A port of another program. */
  async function takenPort(): Promise<number> {
    const server = createServer();
    others.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as { port: number }).port;
  }

  test('a port that is taken: exit 78, no order on the exchange, no books left; the next start buys once', async () => {
    const { world } = at;
    for (const symbol of PAIRS) world.price(symbol, '99.9', '100');
    const port = await takenPort();
    const listen = { MTRADE__CONTROL__LISTEN: `127.0.0.1:${port}` };
    for (let start = 0; start < 3; start += 1) {
      const { code, stderr } = await runStart(world, { env: listen });
      expect([code, stderr]).toEqual([78, expect.stringContaining('used by another program')]);
      // What was on its way would have arrived by now.
      await sleep(300);
      expect(PAIRS.map((symbol) => world.posts(symbol))).toEqual([0, 0, 0, 0]);
      expect(existsSync(join(world.directory, 'data', 'mtrade.db'))).toBe(false);
    }
    const engine = await startEngine(world);
    for (const symbol of PAIRS)
      await engine.untilPair(symbol, 'is active', ({ state }) => state === 'active');
    expect(PAIRS.map((symbol) => world.posts(symbol))).toEqual([1, 1, 1, 1]);
    await engine.stop();
  });
});

describe('a stop that comes while the engine is still starting', () => {
  const at = useWorld({ pairs: ['HASTE/USDT'] });

  test('is carried out once it stands: exit 0, and the books know every order that went out', async () => {
    const { world } = at;
    world.price('HASTE/USDT', '99.9', '100');
    const data = join(world.directory, 'data');
    const ended = runStart(world);
    await eventually('it can be reached', () => existsSync(join(data, 'control.json')));
    expect(await controlCall(data, 'POST', '/v1/shutdown', {})).toMatchObject({ status: 200 });
    const { code, stderr } = await ended;
    expect(code).toBe(0);
    // The other way round threads would begin to trade after the lock was given back.
    expect(stderr).toMatch(/engine started[^]*engine stopped/);
    const reader = openReader({ path: join(data, 'mtrade.db') });
    expect(reader?.intents().map(({ clientOrderId }) => clientOrderId)).toEqual(
      world.orders('HASTE/USDT').map(({ text }) => text),
    );
    reader?.close();
  });
});
