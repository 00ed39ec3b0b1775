import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_USER_ID } from '@mtrade/market-sim';
import { clientOrderId } from '@mtrade/cycle';
import { openReader } from '@mtrade/store';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  cleanEnvironment,
  type EngineProcess,
  run as runCli,
  spawnEngine,
  startEngine,
} from './support/engine.js';
import { useWorld } from './support/fixture.js';
import type { World } from './support/world.js';

interface Found {
  readonly severity: string;
  readonly check: string;
  readonly symbol: string | null;
  readonly detail: string;
  readonly remedy: string;
}

interface Answer {
  readonly schema: number;
  readonly running: boolean;
  readonly exchange_checked: string;
  readonly counts: { readonly critical: number; readonly warn: number; readonly info: number };
  readonly findings: readonly Found[];
}

async function diagnose(
  engine: EngineProcess,
  ...more: string[]
): Promise<{ readonly code: number | null; readonly answer: Answer }> {
  const { code, stdout, stderr } = await engine.cli('diagnose', '--json', ...more);
  if (stdout === '') throw new Error(stderr);
  return { code, answer: JSON.parse(stdout) as Answer };
}

const worst = ({ findings }: Answer): string[] =>
  findings.filter(({ severity }) => severity !== 'INFO').map(({ severity, check }) => `${severity} ${check}`);

/** An order that no engine has sent, under a name of ours. */
function strayOrder(world: World, installId: string, type: 'market' | 'limit'): string {
  const text = clientOrderId({ installId, startNonce: 'abcd', rowId: 999, purpose: 'start' });
  const result = world.exchange.place(
    DEFAULT_USER_ID,
    type === 'market'
      ? { symbol: 'ETH/USDT', side: 'buy', type, amount: '20', timeInForce: 'ioc', text, account: 'spot' }
      : {
          symbol: 'ETH/USDT',
          side: 'buy',
          type,
          amount: '1',
          price: '50',
          timeInForce: 'gtc',
          text,
          account: 'spot',
        },
    Date.now(),
  );
  if (!result.ok) throw new Error(result.error.message);
  return text;
}

const installIdOf = (engine: EngineProcess): string => engine.books((books) => books.identity.installId);

/** Names, sizes and times of everything in a directory: what a tool that changes nothing leaves the same. */
const listing = (directory: string): unknown =>
  readdirSync(directory)
    .toSorted()
    .map((name) => [name, statSync(join(directory, name)).size, statSync(join(directory, name)).mtimeMs]);

describe('mtrade diagnose', () => {
  const at = useWorld({ pairs: ['ETH/USDT'] });
  /** One life has made the books of all these tests: a held position. The first test ends it. */
  let engine: EngineProcess;
  beforeAll(async () => {
    at.world.price('ETH/USDT', '99.9', '100');
    strayOrder(at.world, 'yyyy', 'market');
    engine = await startEngine(at.world);
    await engine.untilPair('ETH/USDT', 'is active', ({ state }) => state === 'active');
  });

  test('sound books on a sound account: exit 0 beside the engine and after it, and nothing is changed', async () => {
    const running = await diagnose(engine);
    await engine.stop();
    const before = listing(engine.dataDir);
    const stopped = await diagnose(engine);

    expect([running.code, stopped.code]).toEqual([0, 0]);
    expect([running.answer.running, stopped.answer.running]).toEqual([true, false]);
    expect([running.answer.exchange_checked, stopped.answer.exchange_checked]).toEqual(['yes', 'yes']);
    expect([worst(running.answer), worst(stopped.answer)]).toEqual([[], []]);
    expect(stopped.answer.schema).toBe(1);
    expect(listing(engine.dataDir)).toEqual(before);
  });

  test('scenario 54: an exchange that fails or is silent is unknown, never clean', async () => {
    const broken = at.world.harm('/api/v4/spot/my_trades', { kind: 'error', process: false, status: 502 });
    const partly = await diagnose(engine);
    broken.end();
    const gone = at.world.harm('*', { kind: 'error', process: false, status: 503 });
    const silent = await diagnose(engine);
    gone.end();

    expect(partly.answer.exchange_checked).toBe('partly');
    expect(worst(partly.answer)).toContain('WARN exchange');
    expect(worst(partly.answer)).not.toContain('CRITICAL phantom-fill');
    expect(silent.answer.exchange_checked).toBe('no');
    expect(silent.answer.findings).toContainEqual(
      expect.objectContaining({
        severity: 'WARN',
        check: 'exchange',
        detail: expect.stringMatching(/^unknown: /),
      }),
    );
  });

  test('without keys the exchange is unknown and the books are judged all the same', async () => {
    const { code, stdout } = await runCli(['diagnose', '--json', '--config', engine.configPath], {
      cwd: at.world.directory,
      env: { PATH: process.env['PATH'] ?? '', HOME: at.world.directory },
      processes: at.world.processes,
    });

    expect(code).toBe(0);
    const answer = JSON.parse(stdout) as Answer;
    expect(answer.exchange_checked).toBe('no');
    expect(worst(answer)).toEqual(['WARN exchange']);
  });

  test('X29: an order of another installation on this account is CRITICAL, and an open one without a row, too', async () => {
    strayOrder(at.world, 'zzzz', 'limit');
    strayOrder(at.world, installIdOf(engine), 'limit');
    const { code, answer } = await diagnose(engine);
    for (const order of at.world.orders('ETH/USDT'))
      if (order.status === 'open')
        at.world.exchange.cancel(DEFAULT_USER_ID, 'ETH/USDT', order.id, Date.now());

    expect(code).toBe(1);
    expect(worst(answer)).toEqual(['CRITICAL foreign-install', 'CRITICAL orphan-order']);
    // What another one had traded before these books were begun is worth a note and no alarm.
    expect(answer.findings).toContainEqual(
      expect.objectContaining({ severity: 'INFO', check: 'foreign-install' }),
    );
  });

  test('scenario 59: a trade with our name that the ledger does not have is CRITICAL: exit 1, with a remedy', async () => {
    const text = strayOrder(at.world, installIdOf(engine), 'market');
    const { code, answer } = await diagnose(engine);
    const offline = await diagnose(engine, '--offline');
    const person = await engine.cli('diagnose');

    expect(code).toBe(1);
    expect(worst(answer)).toEqual(['CRITICAL missing-trade']);
    expect(answer.counts.critical).toBe(1);
    const [found] = answer.findings;
    expect(found).toMatchObject({ symbol: 'ETH/USDT', detail: expect.stringContaining(text) });
    expect(found?.remedy.length).toBeGreaterThan(10);
    expect([offline.code, offline.answer.exchange_checked]).toEqual([0, 'no']);
    expect(person.code).toBe(1);
    expect(person.stdout).toMatch(/^CRITICAL {2}missing-trade/);
  });

  test('P29: damaged books are one CRITICAL finding; the file stays as it is', async () => {
    const path = join(engine.dataDir, 'mtrade.db');
    for (const side of ['-wal', '-shm']) rmSync(path + side, { force: true });
    writeFileSync(path, 'no database');
    const { code, answer } = await diagnose(engine);

    expect(code).toBe(1);
    expect(worst(answer)).toEqual(['CRITICAL books']);
    expect(statSync(path).size).toBe('no database'.length);
  });
});

describe('right after a fill', () => {
  /** So long a fill may take to show in the account. */
  const FRESH_MS = 15_000;
  const at = useWorld({ pairs: ['ETH/USDT'] });

  test('X16: coins that the ledger has and the account has not are told; right after a fill as something that may pass', async () => {
    at.world.price('ETH/USDT', '99.9', '100');
    const engine = await startEngine(at.world);
    await engine.untilPair('ETH/USDT', 'is active', ({ state }) => state === 'active');
    await engine.stop();
    const filledMs = at.world.trades('ETH/USDT')[0]?.ms ?? 0;
    const held = at.world.balance('ETH');
    at.world.transfer('ETH', `-${held}`);
    const beforeMs = Date.now();
    const { answer } = await diagnose(engine);
    const afterMs = Date.now();
    at.world.transfer('ETH', held);

    // Which of the two it has to be is only open where the look falls on the edge itself.
    const possible = [
      ...(beforeMs - filledMs < FRESH_MS ? ['WARN balance'] : []),
      ...(afterMs - filledMs > FRESH_MS ? ['CRITICAL balance'] : []),
    ];
    expect(possible).toContain(worst(answer).join(', '));
  });
});

describe('beside an engine that trades without a pause', () => {
  const at = useWorld({ pairs: ['ETH/USDT'] });

  test('what moves while it is being looked at is no alarm', async () => {
    at.world.price('ETH/USDT', '99.9', '100');
    const engine = await startEngine(at.world);
    // Always a little dearer: whatever was bought can soon be sold.
    let bid = 100;
    const rise = setInterval(() => {
      bid *= 1.01;
      at.world.price('ETH/USDT', bid.toFixed(2), (bid + 0.1).toFixed(2));
    }, 300);
    const seen: string[][] = [];
    for (let look = 0; look < 5; look += 1) seen.push(worst((await diagnose(engine)).answer));
    clearInterval(rise);
    const closed = engine.books((books) => books.closedCycles().length);
    await engine.stop();

    expect(closed).toBeGreaterThan(2);
    expect(seen.flat().filter((word) => word.startsWith('CRITICAL'))).toEqual([]);
    expect(worst((await diagnose(engine)).answer)).toEqual([]);
  });
});

describe('an order whose outcome nobody knows', () => {
  const at = useWorld({ pairs: ['ETH/USDT'] });

  test('scenario 55: is told with its age and state, and what resolves it', async () => {
    at.world.harmOrders('ETH/USDT', { kind: 'drop', process: false, reset: true });
    at.world.price('ETH/USDT', '99.9', '100');
    const engine = await startEngine(at.world);
    await engine.untilPair('ETH/USDT', 'is unknown', ({ state }) => state === 'unknown');
    const running = await diagnose(engine);
    await engine.kill();
    const stopped = await diagnose(engine);

    expect(worst(running.answer)).toEqual(['WARN unknown-order']);
    expect(worst(stopped.answer)).toEqual(['WARN unknown-order']);
    expect(stopped.answer.findings).toContainEqual(
      expect.objectContaining({
        check: 'unknown-order',
        symbol: 'ETH/USDT',
        detail: expect.stringMatching(/t-m1-.* is UNKNOWN since \d+ s; the pair is blocked/),
        remedy: expect.stringContaining('start the engine'),
      }),
    );
    expect(stopped.answer.findings).toContainEqual(
      expect.objectContaining({ check: 'lock', detail: expect.stringContaining('left over') }),
    );
    const reader = openReader({ path: join(engine.dataDir, 'mtrade.db') });
    expect(reader?.intents({ openOnly: true })).toHaveLength(1);
    reader?.close();
    expect(existsSync(join(engine.dataDir, 'backups'))).toBe(false);
  });
});

describe('paper mode', () => {
  const at = useWorld({});

  test('beside the engine only the books are looked at, and that is said; after it the paper account is compared', async () => {
    const { directory, processes } = at.world;
    const env = { ...cleanEnvironment(directory), MTRADE__CONTROL__LISTEN: '127.0.0.1:0' };
    const dataDir = join(directory, 'share', 'mtrade');
    const engine = await spawnEngine(['start'], { cwd: directory, env, processes, dataDir, configPath: '' });
    await engine.until('something was bought', ({ pairs }) => pairs.some(({ state }) => state === 'active'));
    const running = await diagnose(engine);
    await engine.stop();
    const before = listing(join(dataDir, 'paper-exchange'));
    const stopped = await diagnose(engine);
    const tidied = await engine.cli('cleanup', '--confirm');

    expect(running.answer.exchange_checked).toBe('no');
    expect(running.answer.findings).toContainEqual(
      expect.objectContaining({
        check: 'exchange',
        detail: expect.stringContaining('cannot be asked from outside'),
      }),
    );
    expect([stopped.code, stopped.answer.exchange_checked, worst(stopped.answer)]).toEqual([0, 'yes', []]);
    expect(listing(join(dataDir, 'paper-exchange'))).toEqual(before);
    expect([tidied.code, tidied.stdout]).toEqual([0, 'nothing to clean up\n']);
  });
});
