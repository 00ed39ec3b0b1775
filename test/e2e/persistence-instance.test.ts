import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runStart, startEngine } from './support/engine.js';
import { useEngine, useWorld } from './support/fixture.js';
import { pair } from './support/world.js';

describe('one engine', () => {
  const at = useEngine({
    pairs: [pair('BTC/USDT', { takerFeePct: '0.2', makerFeePct: '0.2' })],
    start: { pairs: ['btc_usdt'], ladder: { base_order: '10', safety_orders: 16, volume_mode: 'fixed' } },
  });

  /** Names and contents of everything in the data directory that a start could change. */
  const footprint = (dataDir: string): string[] =>
    readdirSync(dataDir)
      .filter((name) => !name.startsWith('mtrade.db-'))
      .map((name) =>
        /\.(json|token)$/.test(name) ? `${name} ${readFileSync(join(dataDir, name), 'utf8')}` : name,
      )
      .toSorted();

  test('scenario 47: a second start from another directory ends with 75, names the holder, changes nothing', async () => {
    const { world, engine } = at;
    const elsewhere = join(world.directory, 'elsewhere');
    mkdirSync(elsewhere);
    const before = footprint(engine.dataDir);
    const { started_at } = await engine.status();

    const second = await runStart(world, { cwd: elsewhere, pairs: ['BTC/USDT'] });

    expect(second).toMatchObject({ code: 75, stdout: '' });
    const { startedAtMs } = JSON.parse(
      readFileSync(join(engine.dataDir, 'supervisor.owner.json'), 'utf8'),
    ) as { startedAtMs: number };
    for (const fact of [`pid ${engine.pid}`, new Date(startedAtMs).toISOString(), engine.dataDir])
      expect(second.stderr).toContain(fact);
    expect(Math.abs(Date.parse(started_at ?? '') - startedAtMs)).toBeLessThan(60_000);
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(footprint(engine.dataDir)).toEqual(before);
    expect(await engine.status()).toMatchObject({ pid: engine.pid, stats: { errors: 0 } });
  });

  test('scenario 47: the same account with another data directory is refused, too', async () => {
    const { world, engine } = at;
    const directory = join(world.directory, 'other');

    const second = await runStart(world, { directory, pairs: ['BTC/USDT'] });

    expect(second.code).toBe(75);
    for (const fact of [`pid ${engine.pid}`, engine.dataDir]) expect(second.stderr).toContain(fact);
    expect(readdirSync(directory)).toEqual(['mtrade.toml']);
  });

  test('scenario 62: BTCUSDT, BTC_USDT and BTC/USDT are one pair with one row', async () => {
    const { world, engine } = at;
    for (const symbol of ['BTCUSDT', 'BTC_USDT', 'btc/usdt', 'BTC-USDT'])
      expect(await engine.post('/api/autotrader/pause_cycle', { symbol })).toMatchObject({
        status: 200,
        body: { result: { symbol: 'BTC/USDT', paused: true } },
      });
    expect((await engine.status()).pairs.map(({ symbol }) => symbol)).toEqual(['BTC/USDT']);
    expect(engine.books((books) => books.pairs().map(({ symbol }) => symbol))).toEqual(['BTC/USDT']);

    const twice = await runStart(world, {
      directory: join(world.directory, 'twice'),
      pairs: ['BTCUSDT', 'BTC_USDT'],
    });
    expect(twice.code).toBe(78);
    expect(twice.stderr).toContain('pairs[1].symbol: BTC/USDT is already pairs[0]');
  });

  test('scenario 25: the start names the rows that wait for break-even with the fees of the exchange', () => {
    const warnings = at.engine
      .stderr()
      .split('\n')
      .filter((line) => line.includes('"level":"warn"') && line.includes('BTC/USDT'));
    expect(warnings.join()).toContain(
      'rows 7-16 wait for break-even instead of their own target and earn nothing: the target does not cover a fee of 0.2 % on both sides',
    );
  });
});

describe('a log that cannot be written', () => {
  const place = useWorld({ pairs: ['ETH/USDT'] });

  test.runIf(existsSync('/dev/full'))(
    'P45, scenario 53: with a full log disk and nobody reading stdout it trades, and the journal has it',
    async () => {
      const { world } = place;
      const engine = await startEngine(world, { args: ['--log-file', '/dev/full', '--log-level', 'debug'] });
      engine.child.stdout?.destroy();
      engine.child.stderr?.destroy();

      world.price('ETH/USDT', '99.9', '100');
      await engine.untilPair('ETH/USDT', 'is active', ({ state }) => state === 'active');
      world.price('ETH/USDT', '100.7', '100.8');
      await engine.untilPair(
        'ETH/USDT',
        'is in its next cycle',
        (one) => one.cycle === 2 && one.state === 'active',
      );

      const events = engine.books((books) => books.journal({ symbol: 'ETH/USDT' }).map(({ event }) => event));
      expect(events.filter((event) => event === 'order.intent')).toHaveLength(3);
      expect(events.filter((event) => event === 'order.filled')).toHaveLength(3);
      expect(events).toContain('cycle.closed');
      expect(await engine.stop()).toBe(0);
    },
  );
});
