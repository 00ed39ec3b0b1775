import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_SIMULATED_PAIRS, DEFAULT_USER_ID, openPaperExchange } from '@mtrade/market-sim';
import { decimal, sum, text } from '@mtrade/money';
import type { StatusJson } from '@mtrade/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanEnvironment, type EngineProcess, spawnEngine } from './support/engine.js';
import { flowOfBooks } from './support/ledger.js';
import { Processes } from './support/processes.js';

const CYCLES_LIMIT_MS = 90_000;

/** Nothing is configured: a fresh home, and what is built in. */
describe('mtrade start with nothing but defaults', () => {
  const processes = new Processes();
  let home = '';
  let engine: EngineProcess;

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'mtrade-paper-'));
  });
  afterAll(async () => {
    await processes.killAll();
    rmSync(home, { recursive: true, force: true });
  });

  const dataDir = (): string => join(home, 'share', 'mtrade');
  const start = (): Promise<EngineProcess> =>
    spawnEngine(['start'], {
      cwd: home,
      // The default port may be taken on the machine that runs the tests.
      env: { ...cleanEnvironment(home), MTRADE__CONTROL__LISTEN: '127.0.0.1:0' },
      processes,
      dataDir: dataDir(),
      configPath: '',
    });
  const closedCycles = (): number =>
    engine.books(
      (books) => books.closedCycles({ limit: 10_000 }).filter(({ outcome }) => outcome === 'closed').length,
    );
  const untilClosed = (count: number): Promise<StatusJson> =>
    engine.until(`${count} cycles are closed`, () => closedCycles() >= count, CYCLES_LIMIT_MS);
  const expectHealthy = ({ pairs, stats, unknown_intents }: StatusJson): void => {
    expect(pairs.filter(({ attention }) => attention !== null)).toEqual([]);
    expect([stats.errors, unknown_intents]).toEqual([0, 0]);
  };

  test('16 pairs trade on paper, and cycles close within the first minute', async () => {
    engine = await start();
    expect(await engine.status()).toMatchObject({ mode: 'paper', trading: true, data_dir: dataDir() });
    const status = await untilClosed(2);
    expect(status.pairs).toHaveLength(16);
    expect(status.pairs.every(({ trade }) => trade)).toBe(true);
    expect(status.profit['USDT']).toMatch(/^\d+\.\d+$/);
    expectHealthy(await engine.until('nothing is open', ({ unknown_intents }) => unknown_intents === 0));
    expect(readdirSync(home)).toEqual(['share']);
  });

  test('after kill -9 the paper account and the cycles go on where they stood', async () => {
    const closed = closedCycles();
    const before = engine.books((books) => books.pairs());
    await engine.kill();

    engine = await start();
    const after = (await engine.status()).pairs;
    for (const { symbol, cyclesStarted } of before)
      expect(after.find((one) => one.symbol === symbol)?.cycle).toBeGreaterThanOrEqual(cyclesStarted);
    await untilClosed(closed + 1);
    expectHealthy(await engine.until('nothing is open', ({ unknown_intents }) => unknown_intents === 0));
  });

  test('after a stop the books hold what the paper account holds, to the last digit, and status tells them', async () => {
    expect(await engine.cli('stop')).toMatchObject({ code: 0 });
    expect(await engine.ended).toBe(0);

    const copy = join(home, 'copy');
    cpSync(join(dataDir(), 'paper-exchange'), copy, { recursive: true });
    const paper = openPaperExchange({
      dir: copy,
      exchange: { pairs: DEFAULT_SIMULATED_PAIRS.map(({ spec }) => spec) },
      balances: {},
      nowMs: Date.now(),
    });
    const account = paper.exchange.balances(DEFAULT_USER_ID);
    paper.close();
    const flows = engine.books((books) =>
      books
        .pairs()
        .map(({ symbol }) => ({ coin: symbol.split('/')[0] ?? '', ...flowOfBooks(books, symbol) })),
    );
    for (const { coin, base } of flows) expect([coin, account[coin]?.available ?? '0']).toEqual([coin, base]);
    const spent = sum(flows.map(({ quote }) => decimal(quote)));
    expect(account['USDT']).toEqual({ available: text(decimal('10000').plus(spent)), locked: '0' });

    const { code, stdout } = await engine.cli('status', '--json');
    expect(code).toBe(3);
    const stored = JSON.parse(stdout) as StatusJson;
    expect(stored).toMatchObject({ schema: 1, running: false, mode: 'paper' });
    expect(stored.pairs).toHaveLength(16);
    expect((await engine.cli('status')).stdout).toContain('not running');
    expect(existsSync(join(dataDir(), 'control.sock'))).toBe(false);
  });
});
