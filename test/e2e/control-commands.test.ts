import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { useEngine } from './support/fixture.js';

/** Every field that the contract names, with its type; `null` may stand for a price that is not known. */
const CONTRACT = {
  schema: 'number',
  running: 'boolean',
  pid: 'number',
  version: 'string',
  started_at: 'string',
  mode: 'string',
  exchange: 'string',
  trading: 'boolean',
  data_dir: 'string',
  stats: {
    cycler_iterations: 'number',
    cycler_processed: 'number',
    cycler_skipped: 'number',
    reactor_updates: 'number',
    reactor_queued: 'number',
    reactor_debounced: 'number',
    urgent_processed: 'number',
    urgent_skipped: 'number',
    errors: 'number',
  },
  workers: {
    reactor: { alive: 'boolean', restarts: 'number', heartbeat_age_ms: 'number' },
    cycler: { alive: 'boolean', restarts: 'number', heartbeat_age_ms: 'number' },
  },
  latency_us: {
    tick_to_decision: { p50: 'number', p99: 'number', max: 'number', count: 'number' },
    tick_to_order: { p50: 'number', p99: 'number', max: 'number', count: 'number' },
  },
  pairs: [
    {
      symbol: 'string',
      trade: 'boolean',
      paused: 'boolean',
      state: 'string',
      cycle_start_state: 'number',
      cycle: 'number',
      step: 'number',
      start_price: 'string',
      last_buy_price: 'string',
      base_volume: 'string',
      invested: 'string',
      break_even: 'string',
      sell_price: 'string',
      next_buy_price: 'string',
      last_price: 'string',
      price_age_ms: 'number',
      decision_age_ms: 'number',
      realized_profit: 'string',
      attention: 'object',
    },
  ],
  profit: { USDT: 'string' },
} as const;

/** The types of `value` at the places that `shape` names; what is more than that is left out. */
function typesAt(value: unknown, shape: unknown): unknown {
  if (Array.isArray(shape)) return Array.isArray(value) ? [typesAt(value[0], shape[0])] : typeof value;
  if (typeof shape !== 'object' || shape === null) return typeof value;
  return Object.fromEntries(
    Object.entries(shape).map(([key, inner]) => [
      key,
      typesAt((value as Record<string, unknown> | null)?.[key], inner),
    ]),
  );
}

describe('mtrade commands against a running engine', () => {
  const at = useEngine({
    pairs: ['ETH/USDT', 'SOL/USDT'],
    start: {
      engine: { cycle_pause_ms: 500, debounce_ms: 50 },
      pairs: ['ETH/USDT', { symbol: 'SOL/USDT', trade: false }],
    },
  });

  test('status --json has every field of the contract', async () => {
    const { world, engine } = at;
    world.price('ETH/USDT', '99.9', '100');
    await engine.untilPair(
      'ETH/USDT',
      'is active',
      ({ state, last_price }) => state === 'active' && last_price !== null,
    );

    // Faster than the cycler's pause, slower than the debounce: these go over the urgent queue.
    for (let cents = 10; cents < 30; cents += 1) {
      world.price('ETH/USDT', '99.9', `100.${cents}`);
      await sleep(60);
    }

    const { code, stdout } = await engine.cli('status', '--json');
    expect(code).toBe(0);
    const status = JSON.parse(stdout) as Record<string, unknown>;
    expect(typesAt(status, CONTRACT)).toEqual(CONTRACT);
    expect(status).toMatchObject({
      schema: 1,
      running: true,
      pid: engine.pid,
      mode: 'live',
      exchange: 'gate',
      trading: true,
      data_dir: engine.dataDir,
      stats: { errors: 0 },
      pairs: [
        { symbol: 'ETH/USDT', state: 'active', cycle_start_state: 2, cycle: 1, start_price: '100' },
        { symbol: 'SOL/USDT', state: 'idle' },
      ],
    });
    const { cycler_processed, reactor_queued } = status['stats'] as Record<string, number>;
    expect(Math.min(cycler_processed ?? 0, reactor_queued ?? 0)).toBeGreaterThan(0);
  });

  test('scenario 39: status prints the nine counters by their names', async () => {
    const { code, stdout } = await at.engine.cli('status');
    expect(code).toBe(0);
    expect(stdout).toContain('LIVE: REAL MONEY');
    for (const name of Object.keys(CONTRACT.stats)) expect(stdout).toContain(name);
  });

  test('pause, resume, permit, reset and trading do what they say and exit with 0', async () => {
    const { engine } = at;
    const eth = () => engine.pair('ETH/USDT');

    expect(await engine.cli('pause', 'ETHUSDT')).toMatchObject({ code: 0, stderr: '' });
    expect(await eth()).toMatchObject({ paused: true, state: 'active' });
    expect(await engine.cli('resume', 'ETH_USDT')).toMatchObject({ code: 0 });
    expect(await eth()).toMatchObject({ paused: false });
    expect(await engine.cli('permit', 'eth/usdt', 'off')).toMatchObject({ code: 0 });
    expect(await eth()).toMatchObject({ trade: false });
    expect(await engine.cli('permit', 'ETH/USDT', 'on')).toMatchObject({ code: 0 });
    expect(await eth()).toMatchObject({ trade: true });
    expect(await engine.cli('trading', 'off')).toMatchObject({ code: 0 });
    expect(await engine.status()).toMatchObject({ trading: false });
    expect(await engine.cli('trading', 'on')).toMatchObject({ code: 0 });
    expect(await engine.status()).toMatchObject({ trading: true });
    expect(await engine.cli('reset', 'ETH/USDT')).toMatchObject({ code: 0 });
    expect(await eth()).toMatchObject({ paused: true, state: 'idle', base_volume: '0' });
    expect(await engine.cli('reset', 'ETH/USDT')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^ETH\/USDT: no cycle was open; the pair is paused now, [^\n]*\n\(live engine, pid /,
      ),
    });
    // What the reset let go stands in the reports, with its cost.
    expect((await engine.cli('cycles', 'ETH/USDT')).stdout).toMatch(
      /reset +10 +0 +0 +0\n +unsold 10 USDT: 0\.\d+ ETH left the books with a reset\n/,
    );
    expect((await engine.cli('profit', 'ETH/USDT')).stdout).toMatch(
      /unsold 10 USDT: 0\.\d+ ETH left the books with 1 reset and stayed on\s+the account\n/,
    );
  });

  test('sell sells the position; without one it is refused with exit 1 and the reason', async () => {
    const { world, engine } = at;
    await engine.post('/api/autotrader/permit', { symbol: 'SOL/USDT', on: true });
    world.price('SOL/USDT', '19.9', '20');
    await engine.untilPair('SOL/USDT', 'is active', ({ state }) => state === 'active');
    await engine.post('/api/autotrader/pause_cycle', { symbol: 'SOL/USDT' });

    expect(await engine.cli('sell', 'SOL/USDT')).toMatchObject({ code: 0 });
    await engine.untilPair('SOL/USDT', 'is idle', ({ state }) => state === 'idle');
    const refused = await engine.cli('sell', 'SOL/USDT');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('SOL/USDT holds no position to sell');
  });

  test('a pair that is not configured is refused with exit 2 and the known ones', async () => {
    const { code, stderr } = await at.engine.cli('pause', 'DOGE/USDT');
    expect(code).toBe(2);
    expect(stderr).toContain('ETH/USDT');
  });

  test('what an operator has set survives a stop, and stop ends the engine with 0', async () => {
    const { engine } = at;
    const before = await engine.status();
    expect(await engine.cli('stop')).toMatchObject({ code: 0 });
    expect(await engine.ended).toBe(0);

    const { code, stdout } = await engine.cli('status', '--json');
    expect(code).toBe(3);
    const stored = JSON.parse(stdout) as {
      running: boolean;
      pairs: (typeof before)['pairs'];
      profit: unknown;
    };
    expect(stored.running).toBe(false);
    expect(stored.profit).toEqual(before.profit);
    const lasting = ({ symbol, trade, paused, realized_profit }: (typeof before)['pairs'][number]) => [
      symbol,
      trade,
      paused,
      realized_profit,
    ];
    expect(stored.pairs.map(lasting)).toEqual(before.pairs.map(lasting));
    expect(await engine.cli('pause', 'ETH/USDT')).toMatchObject({ code: 3 });
  });
});
