import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HistoryAnswers, LadderViewJson, StatusJson } from '@mtrade/runtime';
import { expect, test } from 'vitest';
import { useEngine } from './support/fixture.js';

const at = useEngine({ pairs: ['ONE/USDT', 'TWO/USDT'], start: { pairs: ['ONE/USDT', 'TWO/USDT'] } });

type Line = Readonly<Record<string, unknown>>;
interface Body {
  readonly [name: string]: unknown;
  readonly trades: readonly Line[];
  readonly cycles: readonly Line[];
  readonly entries: readonly Line[];
  readonly next: string | null;
}
const get = async (path: string): Promise<{ status: number; body: Body }> => {
  const { status, body } = await at.engine.get(path);
  return { status, body: body as Body };
};

/** Buys at 100 and sells at 101. */
async function wholeCycle(symbol: string): Promise<void> {
  const { world, engine } = at;
  world.price(symbol, '99.9', '100');
  await engine.untilPair(symbol, 'holds coins', ({ state }) => state === 'active');
  await engine.post('/api/autotrader/pause_cycle', { symbol });
  world.price(symbol, '101', '101.1');
  await engine.untilPair(symbol, 'has sold', ({ state, cycle }) => state === 'idle' && cycle === 1);
}

test('what the exchange traded is what history shows over HTTP: trades, the cycle, its profit, the journal', async () => {
  await wholeCycle('ONE/USDT');
  const trades = await get('/v1/trades?pair=ONE-USDT');
  expect(trades.status).toBe(200);
  expect(trades.body.trades.map((trade) => trade['trade_id']).toReversed()).toEqual(
    at.world.trades('ONE/USDT').map(({ id }) => id),
  );

  const cycles = await get('/v1/cycles?pair=one_usdt');
  // 10 USDT buy 0.1 less 0.0001 fee; 0.0999 are sold at 101 less 0.1 %.
  expect(cycles.body.cycles).toMatchObject([
    { outcome: 'closed', ended_by: 'target', bought: '10', sold: '10.0899', quote_fees: '0.0100899', invested: '10', proceeds: '10.0798101', profit: '0.0798101' }, // prettier-ignore
  ]);
  const { body: one } = await get(`/v1/cycles/${String(cycles.body.cycles[0]?.['id'])}`);
  expect(one['cycle']).toEqual(cycles.body.cycles[0]);
  expect(one.trades).toEqual(trades.body.trades);

  const today = new Date().toISOString().slice(0, 10);
  const { body: profit } = await get(`/v1/profit?by=day&from=${today}`);
  expect(profit).toMatchObject({ rows: [{ day: today, quote: 'USDT', cycles: 1, profit: '0.0798101' }], totals: { USDT: '0.0798101' } }); // prettier-ignore
  const { body: perPair } = await get('/v1/profit?by=pair');
  expect(perPair).toMatchObject({
    rows: [{ pair: 'ONE/USDT', bought: '10', sold: '10.0899', quote_fees: '0.0100899', unsold: '0' }],
  });

  const { body: journal } = await get('/v1/journal?pair=ONE-USDT&event=order.filled');
  expect(journal.entries).toHaveLength(2);
});

test('a page leads to the next one, and bad questions are refused with what is wrong', async () => {
  const first = await get('/v1/journal?limit=1');
  const second = await get(`/v1/journal?limit=1&before=${first.body.next}`);
  expect(second.body.entries[0]?.['id']).not.toBe(first.body.entries[0]?.['id']);

  for (const [path, detail] of [
    ['/v1/trades?limit=0', 'limit: must be at least 1'],
    ['/v1/trades?limit=1001', 'limit: must be at most 1000'],
    ['/v1/trades?from=yesterday', 'a time is Unix ms'],
    ['/v1/trades?before=nonsense', 'no place in history'],
    ['/v1/profit?tz=Mars/Olympus', 'time zone'],
    ['/v1/profit?by=moon', 'by: give one of day, pair'],
    ['/v1/ladder?pair=ONE-USDT&price=abc', 'price: has the wrong form; amounts are decimals such as 0.25'],
  ] as const) {
    const { status, body } = await get(path);
    expect([path, status]).toEqual([path, 400]);
    expect(body['detail']).toContain(detail);
    // Not the words of the library that found it, nor its patterns.
    expect(body['detail']).not.toMatch(/✖|→|Invalid|\\d/);
  }
  expect(await get('/v1/trades?pair=DOGE-USDT')).toMatchObject({
    status: 404,
    body: { code: 'UNKNOWN_PAIR' },
  });
  expect(await get('/v1/cycles/999')).toMatchObject({ status: 404 });
});

test('the same stands on the terminal, in 80 columns, beside the engine', async () => {
  const { engine } = at;
  const json = async (...args: string[]): Promise<unknown> =>
    JSON.parse((await engine.cli(...args, '--json')).stdout);
  expect(await json('trades', 'ONE_USDT')).toEqual((await get('/v1/trades?pair=ONE-USDT&limit=20')).body);
  expect(await json('cycles')).toEqual((await get('/v1/cycles?limit=20')).body);
  expect(await json('profit', '--by', 'pair')).toEqual((await get('/v1/profit?by=pair')).body);

  for (const [name, text] of [
    ['trades', /^\d\d-\d\d \d\d:\d\d:\d\d ONE\/USDT {4}sell/m],
    ['cycles', /ONE\/USDT +1 +0 at target +10 +10\.0899 0\.01008 0\.0798101/],
    ['profit', /total 0\.0798101 USDT after fees/],
  ] as const) {
    const { code, stdout } = await engine.cli(name);
    expect([name, code]).toEqual([name, 0]);
    expect(stdout).toMatch(text);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  }
  expect(await engine.cli('profit', '--tz', 'Mars/Olympus')).toMatchObject({ code: 2 });
  expect(await engine.cli('trades', '--from', 'yesterday')).toMatchObject({ code: 2 });
});

test('an export beside the engine has every trade, its profit, and goes to a file that is whole', async () => {
  const { engine, world } = at;
  const { trades } = (await get('/v1/trades')).body;
  const jsonl = await engine.cli('export', '--jsonl');
  expect([jsonl.code, jsonl.stderr]).toEqual([0, '']);
  const lines = jsonl.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  expect(lines.map((line) => line['trade_id'])).toEqual(
    trades.map((trade) => trade['trade_id']).toReversed(),
  );
  expect(lines.at(-1)).toMatchObject({ exchange: 'gate', pair: 'ONE/USDT', side: 'sell', mode: 'live', realized_profit: '0.0798101' }); // prettier-ignore

  const path = join(world.directory, 'trades.csv');
  expect(await engine.cli('export', '-o', path, '--pair', 'one_usdt')).toMatchObject({
    code: 0,
    stdout: `${path}: 2 trades\n`,
  });
  const [head, buy] = readFileSync(path, 'utf8').split('\n');
  expect(head).toMatch(
    /^timestamp,exchange,pair,side,amount,price,cost,fee,fee_currency,order_id,client_order_id,/,
  );
  expect(buy).toMatch(/^20\d\d-.*Z,gate,ONE\/USDT,buy,0\.1,100,10,0\.0001,ONE,/);

  // Nothing to export is a sentence beside the head, which a spreadsheet still reads.
  const none = await engine.cli('export', '--to', '2020-01-01');
  expect([none.code, none.stdout.split('\n').length, none.stderr]).toEqual([0, 2, 'note: there are no trades to export\n']); // prettier-ignore

  const refused = await Promise.all([
    engine.cli('export', '-o', path),
    engine.cli('export', '--csv', '--jsonl'),
    engine.cli('export', '--from', '2026-02-01', '--to', '2026-01-01'),
    engine.cli('trades', 'FOO/USDT'),
    engine.cli('export', '--pair', 'FOO/USDT'),
  ]);
  expect(refused.map(({ code, stdout }) => [code, stdout])).toEqual(refused.map(() => [2, '']));
  for (const { stderr } of refused.slice(3))
    expect(stderr).toContain('FOO/USDT is not in these books; there are ONE/USDT, TWO/USDT');
});

test("a pair's price history comes from the exchange, exact and oldest first; one that hangs is told as such", async () => {
  const { world } = at;
  const shown = await get('/v1/pairs/ONE-USDT/candles?interval=1m&limit=5');
  expect(shown.status).toBe(200);
  const candles = shown.body['candles'] as readonly { ms: number; close: string }[];
  expect(candles.length).toBeGreaterThan(0);
  expect(candles.map(({ ms }) => ms)).toEqual(candles.map(({ ms }) => ms).toSorted((a, b) => a - b));
  expect(candles.every(({ ms }) => ms % 60_000 === 0)).toBe(true);

  expect(await get('/v1/pairs/TWO-USDT/candles?interval=7m')).toMatchObject({ status: 400 });
  const harm = world.harm('/api/v4/spot/candlesticks', { kind: 'html', process: false, status: 503 });
  expect(await get('/v1/pairs/TWO-USDT/candles?interval=5m')).toMatchObject({ status: 502 });
  harm.end();
});

test('one pair in full: its cycle with every row marked, its trades, and the ladder that comes next', async () => {
  const { world, engine } = at;
  world.price('TWO/USDT', '99.9', '100');
  await engine.untilPair('TWO/USDT', 'holds coins', ({ state }) => state === 'active');
  const { status, body } = await get('/v1/pairs/TWO-USDT');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    pair: { symbol: 'TWO/USDT', state: 'active', sell_price: expect.any(String) },
    books: {
      cycle: {
        cycle: 1,
        params: { base_order: '10', safety_orders: 3 },
        rows: [
          // Bought for 10 at 100, a fee of 0.1 % on both sides; the sale is on the pair's price grid.
          {
            step: 0,
            rate: '100',
            state: 'current',
            sell_price: '100.6',
            sells_at: '100.6',
            waits_for_breakeven: false,
          },
          { step: 1, rate: '96.35', state: 'next' },
          { step: 2, state: 'ahead' },
          { step: 3, state: 'ahead' },
        ],
      },
      trades: [{ side: 'buy', cost: '10' }],
      open_orders: [],
      position: null,
    },
    next: { symbol: 'TWO/USDT', price: '100', total_quote: '150', loss_rows: [], price_step: '0.01' },
  });
});

test('the row on which a pair stands has the break-even and the sale price of its status, to the digit', async () => {
  const { world, engine } = at;
  world.price('TWO/USDT', '96.1', '96.2');
  const pair = await engine.untilPair(
    'TWO/USDT',
    'averages',
    ({ state, step }) => state === 'active' && step === 1,
  );
  const { body } = await get('/v1/pairs/TWO-USDT');
  const { cycle } = (body as unknown as { books: NonNullable<HistoryAnswers['pair']> }).books;
  expect(cycle?.rows[1]).toMatchObject({
    state: 'current',
    breakeven_after_fees: pair.break_even,
    sells_at: pair.sell_limit,
  });
  expect(Number(pair.sell_limit)).toBeGreaterThanOrEqual(Number(pair.sell_price));
  expect(Number(pair.sell_limit) - Number(pair.sell_price)).toBeLessThan(0.01);
});

test('a ladder needs no --price while an engine runs: it has the price, the fee and the price step of that engine', async () => {
  const { world, engine } = at;
  world.price('ONE/USDT', '122.9', '123');
  await engine.untilPair('ONE/USDT', 'hears it', ({ ask }) => ask === '123');
  const { code, stdout, stderr } = await engine.cli('ladder', 'ONE/USDT', '--json');
  expect(code).toBe(0);
  expect(stderr).toBe(
    'note: the price, 123 now, the fee and the price step are from the running engine; the rows are from this configuration\n',
  );
  const shown = JSON.parse(stdout) as LadderViewJson;
  expect(shown).toMatchObject({ price: '123', fee_pct: '0.1', price_step: '0.01' });
  const { body } = await get('/v1/ladder?pair=ONE-USDT&price=123');
  expect(shown.rows).toEqual(body['rows']);
});

test('a ladder of a file that was edited under its engine says that its rows are not those that the engine uses', async () => {
  const { engine } = at;
  const before = readFileSync(engine.configPath, 'utf8');
  try {
    writeFileSync(engine.configPath, before.replace(/base_order = "10"/, 'base_order = "11"'));
    const { code, stdout, stderr } = await engine.cli('ladder', 'ONE/USDT', '--price', '100', '--json');
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as LadderViewJson).rows[0]).toMatchObject({ purchase: '11' });
    expect(stderr).toBe(
      'note: these rows differ from what the running engine uses: ladder.base_order: the engine runs with "10", this configuration says "11"; they hold after a restart, from the next cycle on\n',
    );
  } finally {
    writeFileSync(engine.configPath, before);
  }
});

test('a ladder is shown with any parameters; those that a configuration could not have are refused with why', async () => {
  const of = (query: string) => get(`/v1/ladder?pair=ETH-USDT&price=100&${query}`.replace('ETH', 'ONE'));
  const { body } = await of('volume_mode=fixed&base_order=3&safety_orders=16');
  expect(body).toMatchObject({ total_quote: '51', params: { volume_mode: 'fixed', step_pct: '3.65' } });
  // By the fee of the exchange, 0.1 % a side, and not by the one that is configured.
  expect(body['loss_rows']).toEqual([15, 16]);
  for (const [query, detail] of [
    ['base_order=-1', 'base_order: expected a decimal above 0'],
    [`base_order=0.${'1'.repeat(41)}`, 'it has 41 digits after the point; 18 are the most'],
    ['safety_orders=1e9', 'safety_orders: expected a whole number from 0 to 100'],
    ['step_pct=50&safety_orders=3', 'lie 100 % or more below the start price'],
    ['stop_los_pct=5', 'did you mean'],
    ['constructor=1', 'unknown key'],
  ] as const)
    expect([query, await of(query)]).toMatchObject([query, { status: 400, body: { detail: expect.stringContaining(detail) } }]); // prettier-ignore
  expect(await get('/v1/ladder?pair=ONE-USDT')).toMatchObject({ status: 400 });
});

test('whoever deletes the control socket locks nobody out: the commands find the port, and no other engine', async () => {
  const { engine } = at;
  const socket = join(engine.dataDir, 'control.sock');
  rmSync(socket);
  // Deleted alone it would be made anew within seconds; what somebody has put in its place stays.
  writeFileSync(socket, '');
  expect(await engine.cli('pause', 'TWO/USDT')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^TWO\/USDT: paused\n/) as string,
  });
  const status = JSON.parse((await engine.cli('status', '--json')).stdout) as StatusJson;
  expect(status).toMatchObject({ running: true, pid: engine.pid });
  expect(status.pairs.find(({ symbol }) => symbol === 'TWO/USDT')?.paused).toBe(true);

  // Doctor says that, too; and of an engine that stands still that it does not answer.
  const doctor = async () => {
    const { findings } = JSON.parse((await engine.cli('doctor', '--json')).stdout) as { findings: Line[] };
    return findings.filter(({ check }) => check === 'engine' || check === 'control socket');
  };
  expect(await doctor()).toMatchObject([{ check: 'engine', level: 'ok' }, { check: 'control socket', level: 'warning' }]); // prettier-ignore
  process.kill(engine.pid, 'SIGSTOP');
  try {
    expect(await doctor()).toMatchObject([{ check: 'engine', level: 'problem', remedy: expect.stringContaining('mtrade lock --kill') }]); // prettier-ignore
  } finally {
    process.kill(engine.pid, 'SIGCONT');
  }

  // An address that another process has written is not believed: its port may be anybody's.
  const address = readFileSync(join(engine.dataDir, 'control.json'), 'utf8');
  writeFileSync(join(engine.dataDir, 'control.json'), address.replace(`"pid":${engine.pid}`, '"pid":1'));
  const refused = await engine.cli('pause', 'TWO/USDT');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain(`an engine runs (pid ${engine.pid})`);
  writeFileSync(join(engine.dataDir, 'control.json'), address);
}, 120_000);

test('last of all, the stored state of an ended engine has the break-even and the sale price that it had running', async () => {
  const { engine } = at;
  const pair = async () =>
    (JSON.parse((await engine.cli('status', '--json')).stdout) as StatusJson).pairs.find(
      ({ symbol }) => symbol === 'TWO/USDT',
    );
  const running = await pair();
  expect(Number(running?.break_even)).toBeGreaterThan(0);
  expect(await engine.stop()).toBe(0);
  const stored = await pair();
  for (const level of ['break_even', 'sell_price', 'next_buy_price'] as const)
    expect([level, stored?.[level]]).toEqual([level, running?.[level]]);
});
