import { fileURLToPath } from 'node:url';
import { text } from '@mtrade/money';
import type { PairView } from '@mtrade/engine';
import { describe, expect, test } from 'vitest';
import { eventually, startEngine } from './support/engine.js';
import { useWorld } from './support/fixture.js';
import { flowOfBooks, flowOfTrades } from './support/ledger.js';

const position = ({
  cycle,
  step,
  start_price,
  last_buy_price,
  base_volume,
  invested,
  next_buy_price,
}: PairView) => ({
  cycle,
  step,
  start_price,
  last_buy_price,
  base_volume,
  invested,
  next_buy_price,
});

describe('kill -9', () => {
  const place = useWorld({ pairs: ['HELD/USDT', 'LOST/USDT'] });
  const patient = { engine: { request_deadline_ms: 60_000 } };

  test('scenario 4: the running cycle goes on, a fill that nobody read is found, no order is sent twice', async () => {
    const { world } = place;
    const first = await startEngine(world, patient);
    world.price('HELD/USDT', '99.9', '100');
    await first.untilPair('HELD/USDT', 'is active', ({ state }) => state === 'active');
    world.price('HELD/USDT', '96.2', '96.3');
    const before = await first.untilPair('HELD/USDT', 'has averaged', ({ step }) => step === 1);
    world.harmOrders('LOST/USDT', { kind: 'silence', process: true }, { count: 1 });
    world.price('LOST/USDT', '49.9', '50');
    await eventually('the order is filled', () => world.trades('LOST/USDT').length === 1);
    expect(await first.pair('LOST/USDT')).toMatchObject({ cycle_start_state: 1, base_volume: '0' });
    expect(await first.kill()).toBe('SIGKILL');

    const second = await startEngine(world, patient);
    const held = await second.untilPair('HELD/USDT', 'knows its rules', (one) => one.next_buy_price !== null);
    expect(position(held)).toEqual(position(before));
    const found = await second.untilPair('LOST/USDT', 'is active', ({ state }) => state === 'active');
    expect(found).toMatchObject({
      start_price: '50',
      base_volume: '0.1998',
      invested: '10',
      attention: null,
    });
    expect(second.books((books) => books.journal({ event: 'order.inherited' }))).toHaveLength(1);
    expect(second.stdout()).toMatch(
      new RegExp(
        `took over from an engine that ended without stopping \\(pid ${first.pid}, started .*, last seen `,
      ),
    );

    world.price('HELD/USDT', '92.4', '92.5');
    const deep = await second.untilPair('HELD/USDT', 'has averaged again', ({ step }) => step === 2);
    const bid = (Number(deep.sell_price) + 0.05).toFixed(2);
    world.price('HELD/USDT', bid, '99');
    await second.untilPair(
      'HELD/USDT',
      'has begun its next cycle',
      (one) => one.cycle === 2 && one.state === 'active',
    );

    expect(world.posts('LOST/USDT')).toBe(1);
    expect(world.posts('HELD/USDT')).toBe(5);
    const decisions = second.books((books) =>
      books.intents().map(({ cycleId, step, side }) => `cycle ${cycleId} step ${step} ${side}`),
    );
    expect(new Set(decisions).size).toBe(decisions.length);
    for (const symbol of ['HELD/USDT', 'LOST/USDT'])
      expect(second.books((books) => flowOfBooks(books, symbol))).toEqual(flowOfTrades(world.trades(symbol)));
    expect((await second.status()).stats.errors).toBe(0);
  });
});

describe('SIGTERM with an order in flight', () => {
  const place = useWorld({ pairs: ['FLIGHT/USDT', 'SILENT/USDT', 'IDLE/USDT'] });

  test('scenario 51, P23: the answer is waited for and recorded, nothing new is sent, exit 0', async () => {
    const { world } = place;
    const engine = await startEngine(world, { engine: { request_deadline_ms: 20_000 } });
    world.harmOrders('FLIGHT/USDT', { kind: 'delay-after', ms: 1_500 });
    world.price('FLIGHT/USDT', '99.9', '100');
    await eventually('the order is out', () => world.orders('FLIGHT/USDT').length === 1);
    engine.child.kill('SIGTERM');
    await engine.until('it takes no new orders', () => engine.stderr().includes('stopping'));
    world.price('IDLE/USDT', '99.9', '100');
    expect(await engine.ended).toBe(0);

    const { states, volume } = engine.books((books) => ({
      states: books.intents().map(({ symbol, state }) => `${symbol} ${state}`),
      volume: books.pairs().map(({ cycle }) => cycle && text(cycle.baseVolume)),
    }));
    expect(states).toEqual(['FLIGHT/USDT FILLED']);
    expect(volume).toContain('0.0999');
    expect([world.posts('FLIGHT/USDT'), world.posts('IDLE/USDT')]).toEqual([1, 0]);
  });

  test('scenario 51, P23: without an answer the outcome stays unknown on disk, exit 0; the next start finds it', async () => {
    const { world } = place;
    const impatient = { engine: { request_deadline_ms: 1_000 }, pairs: ['SILENT/USDT'] };
    const engine = await startEngine(world, impatient);
    await engine.until(
      'the account has been compared with the books',
      ({ reconciliation }) => reconciliation?.result === 'complete',
    );
    // From here on neither REST nor the private stream says a word.
    const silence = world.harm('*', { kind: 'silence', process: true });
    for (const channel of ['spot.orders', 'spot.usertrades'])
      world.server.faults.add({ match: { transport: 'ws', channel }, fault: { kind: 'swallow' } });
    world.price('SILENT/USDT', '99.9', '100');
    await eventually('the order is out', () => world.orders('SILENT/USDT').length === 1);
    expect(await engine.stop()).toBe(0);
    expect(engine.books((books) => books.intents({ openOnly: true }).map(({ state }) => state))).toEqual([
      'UNKNOWN',
    ]);

    silence.end();
    const next = await startEngine(world, impatient);
    const view = await next.untilPair('SILENT/USDT', 'is active', ({ state }) => state === 'active');
    expect(view).toMatchObject({ start_price: '100', base_volume: '0.0999' });
    expect(world.posts('SILENT/USDT')).toBe(1);
  });
});

describe('old books', () => {
  const place = useWorld({ pairs: ['OLD/USDT'] });
  const DAY_MS = 24 * 3_600_000;
  const past = fileURLToPath(new URL('support/thirty-days-ago.cjs', import.meta.url));

  test('scenario 46: a cycle that was saved 30 days ago is loaded and goes on', async () => {
    const { world } = place;
    world.price('OLD/USDT', '99.9', '100');
    const first = await startEngine(world, { env: { NODE_OPTIONS: `--require=${past}` } });
    const before = await first.untilPair('OLD/USDT', 'is active', ({ state }) => state === 'active');
    expect(await first.stop()).toBe(0);
    const savedMs = first.books((books) => books.age().changedMs);
    expect(Date.now() - savedMs).toBeGreaterThan(29 * DAY_MS);

    const second = await startEngine(world);
    const view = await second.untilPair('OLD/USDT', 'knows its rules', (one) => one.next_buy_price !== null);
    expect(view).toMatchObject({ state: 'active', attention: null });
    expect(position(view)).toEqual(position(before));
    world.price('OLD/USDT', '100.7', '100.8');
    await second.untilPair(
      'OLD/USDT',
      'is in its next cycle',
      (one) => one.cycle === 2 && one.state === 'active',
    );
    expect(world.posts('OLD/USDT')).toBe(3);
  });
});
