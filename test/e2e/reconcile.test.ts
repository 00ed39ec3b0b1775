import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { clientOrderId } from '@mtrade/cycle';
import { DEFAULT_USER_ID } from '@mtrade/market-sim';
import { describe, expect, test } from 'vitest';
import { startEngine } from './support/engine.js';
import { useEngine, useWorld } from './support/fixture.js';
import type { World } from './support/world.js';

/** A limit order far below the market: it rests. Or one that trades at once. */
function order(world: World, symbol: string, text: string, price: string): string {
  const placed = world.exchange.place(
    DEFAULT_USER_ID,
    { symbol, side: 'buy', type: 'limit', amount: '0.1', price, timeInForce: 'gtc', text },
    Date.now(),
  );
  if (!placed.ok) throw new Error(placed.error.message);
  return placed.value.id;
}

const named = (installId: string, rowId = 900): string =>
  clientOrderId({ installId, startNonce: 'aaaa', rowId, purpose: 'start' });

describe('the account against the books', () => {
  const at = useEngine(
    {
      pairs: ['ORPHAN/USDT', 'FREE/USDT', 'HAND/USDT'],
      start: { pairs: [{ symbol: 'ORPHAN/USDT', trade: false }, 'FREE/USDT', 'HAND/USDT'] },
    },
    // The user's own orders rest and trade before the engine comes.
    (world) => {
      world.price('HAND/USDT', '99.9', '100');
      order(world, 'HAND/USDT', 't-web', '50');
      order(world, 'HAND/USDT', 't-web', '100');
    },
  );

  test("the first comparison comes with the start, and the user's own orders are left alone (X17, scenario 23)", async () => {
    const { world, engine } = at;
    const { reconciliation } = await engine.until(
      'has compared',
      (status) => status.reconciliation?.result === 'complete',
    );
    expect(reconciliation).toMatchObject({ reason: null, foreign_engines: [], findings: [] });
    await engine.untilPair('HAND/USDT', 'trades', ({ state }) => state === 'active');
    const resting = world.exchange.openOrders({ userId: DEFAULT_USER_ID, symbol: 'HAND/USDT' }, Date.now());
    expect(resting).toHaveLength(1);
  });

  test('W07: an order of this installation without a row needs a human, other pairs go on, nothing of it is booked', async () => {
    const { world, engine } = at;
    const installId = engine.books((books) => books.identity.installId);
    const id = named(installId);
    world.price('ORPHAN/USDT', '199.9', '200');
    order(world, 'ORPHAN/USDT', id, '200');
    order(world, 'ORPHAN/USDT', named(installId, 901), '10');
    // A reconnect brings the next look at once.
    world.server.dropSockets();
    const pair = await engine.untilPair('ORPHAN/USDT', 'needs a human', ({ attention }) =>
      Boolean(attention?.includes('books do not know')),
    );
    expect(pair.attention).toContain(id);
    // A comparison may have begun between the two: the next one tells of both.
    world.server.dropSockets();
    await engine.until('both are told', ({ reconciliation }) => {
      const kinds = reconciliation?.findings.map(({ kind }) => kind).toSorted();
      return isDeepStrictEqual(kinds, ['orphan-order', 'orphan-trade']);
    });
    expect(engine.books((books) => books.fills({ symbol: 'ORPHAN/USDT' }))).toEqual([]);

    world.price('FREE/USDT', '99.9', '100');
    await engine.untilPair('FREE/USDT', 'trades', ({ state }) => state === 'active');
  });
});

describe('books from an old copy', () => {
  const at = useWorld({ pairs: ['OLD/USDT'] });

  test('lead to no second buy: what the account shows is told before anything is bought', async () => {
    const { world } = at;
    const first = await startEngine(world);
    await first.until('has compared', ({ reconciliation }) => reconciliation?.result === 'complete');
    await first.stop();
    const database = join(first.dataDir, 'mtrade.db');
    copyFileSync(database, join(world.directory, 'copy.db'));

    world.price('OLD/USDT', '99.9', '100');
    const second = await startEngine(world);
    await second.untilPair('OLD/USDT', 'trades', ({ state }) => state === 'active');
    await second.stop();
    for (const suffix of ['-wal', '-shm']) rmSync(`${database}${suffix}`, { force: true });
    copyFileSync(join(world.directory, 'copy.db'), database);

    const third = await startEngine(world);
    const pair = await third.untilPair('OLD/USDT', 'needs a human', ({ attention }) => attention !== null);
    expect(pair.attention).toMatch(/may be an old copy/);
    world.price('OLD/USDT', '99.8', '99.9');
    await third.decided('OLD/USDT', '99.8', '99.9');
    expect(world.posts('OLD/USDT')).toBe(1);
    expect(third.books((books) => books.fills())).toEqual([]);
  });
});

describe('X29: two installations on one account', () => {
  const at = useWorld({ pairs: ['ONE/USDT', 'TWO/USDT', 'NEXT/USDT'] });

  test('the first one stops buying, over a restart, too, until the operator has stopped the other', async () => {
    const { world } = at;
    const one = await startEngine(world, { pairs: ['ONE/USDT', 'NEXT/USDT'] });
    world.price('ONE/USDT', '99.9', '100');
    await one.untilPair('ONE/USDT', 'trades', ({ state }) => state === 'active');
    // Under another key of the account no lock on this machine could tell, and none on another machine anyway.
    const elsewhere = join(world.directory, 'elsewhere');
    const two = await startEngine(world, {
      pairs: ['TWO/USDT'],
      directory: elsewhere,
      env: world.otherKey,
    });
    world.price('TWO/USDT', '99.9', '100');
    const { reconciliation: seen } = await two.until(
      'sees the first',
      ({ reconciliation }) => reconciliation?.result === 'complete',
    );
    // What the first one did was before these books were begun: it may have been stopped for good.
    expect(seen?.foreign_engines).toEqual([]);
    await two.untilPair('TWO/USDT', 'trades', ({ state }) => state === 'active');

    world.server.dropSockets();
    const other = two.books((books) => books.identity.installId);
    const halted = await one.until(
      'knows the other',
      ({ reconciliation }) => (reconciliation?.foreign_engines.length ?? 0) > 0,
    );
    expect(halted.reconciliation?.foreign_engines).toMatchObject([{ install_id: other }]);
    world.price('NEXT/USDT', '99.9', '100');
    await one.untilPair('NEXT/USDT', 'waits', ({ waiting_for: reason }) => reason === 'foreign_engine');
    await two.stop();
    await one.stop();

    const again = await startEngine(world, { pairs: ['ONE/USDT', 'NEXT/USDT'] });
    await again.until('has compared', ({ reconciliation }) => reconciliation?.result === 'complete');
    await again.untilPair('NEXT/USDT', 'waits', ({ waiting_for: reason }) => reason === 'foreign_engine');
    expect(world.posts('NEXT/USDT')).toBe(0);
    const { stdout } = await again.cli('trading', 'on');
    expect(stdout).toContain(other);
    await again.untilPair('NEXT/USDT', 'trades', ({ state }) => state === 'active');
  });
});

describe('scenario 54: a look at the account that fails', () => {
  const at = useWorld({ pairs: ['FAIL/USDT'] });

  test.each(['/api/v4/spot/open_orders', '/api/v4/spot/my_trades'])(
    '%s: nothing is concluded, nothing bought; when it answers, all goes on',
    async (path) => {
      const { world } = at;
      const directory = join(world.directory, path.replaceAll('/', '-'));
      const env = { MTRADE_RUNTIME_DIR: join(directory, 'run') };
      const sent = world.posts('FAIL/USDT');
      const harm = world.harm(path, { kind: 'error', process: false, status: 500 });
      world.price('FAIL/USDT', '99.9', '100');
      const engine = await startEngine(world, { directory, env });
      const { reconciliation } = await engine.until(
        'has tried',
        (status) => status.reconciliation?.result === 'incomplete',
      );
      expect(reconciliation).toMatchObject({ foreign_engines: [], findings: [] });
      expect(reconciliation?.reason).toContain('500');
      const pair = await engine.untilPair(
        'FAIL/USDT',
        'waits',
        ({ waiting_for: reason }) => reason === 'not_reconciled',
      );
      expect(pair).toMatchObject({ attention: null, state: 'idle' });
      expect(world.posts('FAIL/USDT')).toBe(sent);
      harm.end();
      await engine.untilPair('FAIL/USDT', 'trades', ({ state }) => state === 'active');
      await engine.stop();
    },
  );
});
