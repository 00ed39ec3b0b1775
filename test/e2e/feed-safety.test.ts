import { describe, expect, test } from 'vitest';
import type { WsFault } from '@mtrade/market-sim';
import { useEngine } from './support/fixture.js';
import type { World } from './support/world.js';

const harmFrames = (world: World, symbol: string, fault: WsFault, match: object = {}) =>
  world.server.faults.add({
    match: { transport: 'ws', event: 'update', symbol: symbol.replace('/', '_'), ...match },
    fault,
  });

describe('prices that do not come, come late or cannot be true', () => {
  const at = useEngine(
    { pairs: ['DEAD/USDT', 'LATE/USDT', 'SPIKE/USDT', 'LIVE/USDT'], start: { engine: { debounce_ms: 20 } } },
    (world) => {
      harmFrames(world, 'DEAD/USDT', { kind: 'swallow' });
      harmFrames(world, 'LATE/USDT', { kind: 'delay', ms: 6_000 });
    },
  );

  test('W03: a pair whose stream is dead while others live is traded on its REST price, and said to be blind', async () => {
    const { world, engine } = at;
    world.price('LIVE/USDT', '99.9', '100');
    world.price('DEAD/USDT', '99.9', '100');
    await engine.untilPair('LIVE/USDT', 'trades', ({ state }) => state === 'active');
    const view = await engine.untilPair('DEAD/USDT', 'trades', ({ state }) => state === 'active', 20_000);
    expect(view).toMatchObject({ price_source: 'rest', start_price: '100' });
    expect(view.blind).toMatch(/no price/);

    world.price('DEAD/USDT', '102', '102.1');
    await engine.untilPair('DEAD/USDT', 'sells', ({ cycle }) => cycle === 2, 20_000);
    expect(await engine.pair('LIVE/USDT')).toMatchObject({ price_source: 'stream', blind: null });
  });

  test('W04: frames that were held up for longer than the limit are dropped; the pair lives on REST', async () => {
    const { world, engine } = at;
    world.price('LATE/USDT', '99.9', '100');
    await engine.untilPair('LATE/USDT', 'trades', ({ state }) => state === 'active', 20_000);
    await engine.until(
      'has dropped late frames',
      ({ internal }) => (internal['reactor_late'] ?? 0) > 3,
      20_000,
    );
    expect(await engine.pair('LATE/USDT')).toMatchObject({ price_source: 'rest' });
  });

  test('W17: a wrong frame leads to no order; a crash that lasts does, within seconds', async () => {
    const { world, engine } = at;
    world.price('SPIKE/USDT', '99.9', '100');
    await engine.untilPair('SPIKE/USDT', 'is active', ({ state }) => state === 'active');
    const before = (await engine.status()).internal['reactor_suspect'] ?? 0;
    harmFrames(
      world,
      'SPIKE/USDT',
      { kind: 'rewrite', set: { b: '100000', a: '100001' } },
      { channel: 'spot.book_ticker', count: 1 },
    );
    world.price('SPIKE/USDT', '99.8', '99.9');
    await engine.until('has seen it', ({ internal }) => (internal['reactor_suspect'] ?? 0) > before);
    await engine.decided('SPIKE/USDT', '99.8', '99.9');
    expect(world.posts('SPIKE/USDT')).toBe(1);

    world.price('SPIKE/USDT', '59.9', '60');
    await engine.untilPair('SPIKE/USDT', 'buys the crash', ({ step }) => step > 0, 10_000);
  });

  test('W14, scenario 41: the exchange may end the connection at any time; every pair is heard again', async () => {
    const { world, engine } = at;
    for (const fault of [{ kind: 'close-socket' }, { kind: 'drop-socket' }] as const) {
      const { reconnects } = (await engine.status()).feed;
      harmFrames(world, 'LIVE/USDT', fault, { count: 1 });
      await engine.until('is back', ({ feed }) => feed.connected && feed.reconnects > reconnects, 20_000);
    }
    world.price('LIVE/USDT', '99.5', '99.6');
    world.price('SPIKE/USDT', '58.5', '58.6');
    await engine.decided('LIVE/USDT', '99.5', '99.6');
    await engine.decided('SPIKE/USDT', '58.5', '58.6');
    expect((await engine.status()).feed).toMatchObject({ connected: true, reason: null });
  });
});
