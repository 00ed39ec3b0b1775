import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { EpochMs, MonoMs } from '@mtrade/base';
import { begin, clientOrderId, type Intent, type OrderDraft, type PairState, settle } from '@mtrade/cycle';
import { baseQty, decimal, quoteAmount } from '@mtrade/money';
import { openReader, openStore, type Reader } from '@mtrade/store';
import { afterAll, describe, expect, test } from 'vitest';
import { cleanEnvironment, type Finished, run, startEngine, writeConfig } from './support/engine.js';
import { useWorld } from './support/fixture.js';
import type { World } from './support/world.js';

const DAY = 86_400_000;
const SYMBOL = 'ETH/USDT';

const START: OrderDraft = {
  side: 'buy',
  purpose: 'start',
  step: 0,
  type: 'market',
  timeInForce: 'ioc',
  baseAmount: null,
  quoteAmount: quoteAmount('10'),
  limitPrice: null,
};
const PARAMS = {
  baseOrder: quoteAmount('10'),
  safetyOrders: 3,
  stepPct: decimal('3.65'),
  stepGrowthPct: decimal('0'),
  volumeMode: 'geometric',
  volumeScale: decimal('2'),
  takeProfitPct: decimal('0.6'),
  takeProfitDecayPct: decimal('0.02'),
  bookLevelStep: decimal('0'),
  reserve: quoteAmount('0'),
  stopLossPct: decimal('0'),
} as const;

/** Books in which start buys were killed at the given times: as many abandoned cycles; their orders' names. */
function abandonedAt(dataDir: string, agesMs: readonly number[]): string[] {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  let now = Date.now() - 200 * DAY;
  const clock = { epochMs: () => now as EpochMs, monoMs: () => 0 as MonoMs };
  const store = openStore(
    { path: join(dataDir, 'mtrade.db'), mode: 'live', exchange: 'gate', account: 'main' },
    { clock },
  );
  store.ensurePairs([{ symbol: SYMBOL, permitted: true }]);
  const { installId, startNonce, epoch, pairs } = store.load();
  let [pair] = pairs;
  if (!pair) throw new Error('the pair was not added');
  const names = agesMs.map((ageMs, i) => {
    now = Date.now() - ageMs;
    const nowMs = clock.epochMs();
    const id = i + 1;
    const name = clientOrderId({ installId, startNonce, rowId: id, purpose: 'start' });
    const begun = begin(pair, START, PARAMS, {
      intentId: id,
      clientOrderId: name,
      epoch,
      newCycleId: id,
      nowMs,
      deadlineMs: (nowMs + 3_000) as EpochMs,
      offsetErrorMs: 5,
    });
    const cycle = { ...(begun.pair.cycle as NonNullable<PairState['cycle']>), symbol: SYMBOL };
    const journal = [{ epochMs: nowMs, symbol: SYMBOL, event: 'order.intent', details: { id } }];
    store.commit({ pair: begun.pair, cycle, newIntents: [begun.intent], journal });
    const killed: Intent = {
      ...begun.intent,
      state: 'KILLED',
      filledBase: baseQty('0'),
      filledQuote: quoteAmount('0'),
      closedMs: nowMs,
    };
    const { pair: settled, closed } = settle(begun.pair, killed, [], null, nowMs);
    store.commit({
      pair: settled,
      ...(closed && { closedCycle: { ...closed, symbol: SYMBOL } }),
      intentMoves: [{ intent: killed, from: 'SUBMITTED' }],
    });
    pair = settled;
    return name;
  });
  store.close();
  return names;
}

/** Digests of all files below: what changes nothing leaves them the same. */
function digests(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  return Object.fromEntries(
    files
      .map((file) => join(file.parentPath, file.name))
      .toSorted()
      .map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}

const reading = <T>(path: string, look: (books: Reader) => T): T => {
  const reader = openReader({ path });
  if (!reader) throw new Error(`no books at ${path}`);
  try {
    return look(reader);
  } finally {
    reader.close();
  }
};

interface Plan {
  readonly schema: number;
  readonly confirmed: boolean;
  readonly backup: string | null;
  readonly journal_lines: number;
  readonly orders: readonly { readonly client_order_id: string }[];
  readonly cycles: readonly { readonly number: number }[];
  readonly files: readonly { readonly path: string; readonly kind: string }[];
}

/** A data directory of its own on the shared world. */
class Place {
  readonly world: World;
  readonly directory: string;
  readonly dataDir: string;
  constructor(world: World, name: string) {
    this.world = world;
    this.directory = join(world.directory, name);
    this.dataDir = join(this.directory, 'data');
  }

  cleanup(...args: string[]): Promise<Finished> {
    const config = writeConfig(this.world, { directory: this.directory });
    return run(['cleanup', '--config', config, ...args], {
      cwd: this.directory,
      env: {
        ...cleanEnvironment(this.directory),
        MTRADE_API_KEY: this.world.apiKey,
        MTRADE_API_SECRET: this.world.apiSecret,
        MTRADE_RUNTIME_DIR: join(this.directory, 'run'),
      },
      processes: this.world.processes,
    });
  }

  async plan(...args: string[]): Promise<Plan> {
    const { stdout, stderr } = await this.cleanup('--json', ...args);
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as Plan;
  }

  get database(): string {
    return join(this.dataDir, 'mtrade.db');
  }
}

describe('mtrade cleanup', () => {
  const at = useWorld({ pairs: [SYMBOL] });
  const AGES = [120 * DAY, 40 * DAY, 10 * DAY, 2 * DAY, 60_000];
  afterAll(() => at.world.processes.killAll());

  test('scenario 57: without --confirm nothing changes; with it a backup is first, and the young rows stay', async () => {
    const place = new Place(at.world, 'scenario-57');
    const names = abandonedAt(place.dataDir, AGES);
    const before = digests(place.dataDir);

    const planned = await place.plan();
    const spoken = await place.cleanup();
    expect(digests(place.dataDir)).toEqual(before);
    expect(spoken.stdout).toMatch(/^would remove {2}2 lines of the journal$/m);
    expect(spoken.stdout).toContain('nothing was changed');

    const done = await place.plan('--confirm');
    const old = names.slice(0, 3);
    for (const plan of [planned, done])
      expect(plan).toMatchObject({
        schema: 1,
        journal_lines: 2,
        orders: old.map((client_order_id) => ({ client_order_id })),
        cycles: [{ number: 1 }, { number: 2 }, { number: 3 }],
      });
    expect([planned.confirmed, planned.backup, done.confirmed]).toEqual([false, null, true]);
    const left = reading(place.database, (books) => [
      books.intents().map(({ clientOrderId: name }) => name),
      books.closedCycles().map(({ number }) => number),
      books.examine(),
    ]);
    expect(left).toEqual([names.slice(3).toReversed(), [5, 4], []]);
    // The copy is of the moment before.
    const copy = reading(done.backup ?? '', (books) =>
      books.intents().map(({ clientOrderId: name }) => name),
    );
    expect(copy).toEqual(names.toReversed());

    const again = await place.cleanup('--confirm');
    expect(again.stdout).toContain('nothing to clean up');
    expect(readdirSync(join(place.dataDir, 'backups'))).toHaveLength(1);
  });

  test('a higher age limit spares more', async () => {
    const place = new Place(at.world, 'older');
    abandonedAt(place.dataDir, AGES);
    const { orders } = await place.plan('--older-than', String(30 * 24));
    expect(orders).toHaveLength(2);
  });

  test('an exchange that does not answer, or not in full: exit 69, nothing is changed', async () => {
    const place = new Place(at.world, 'unreachable');
    abandonedAt(place.dataDir, AGES);
    const before = digests(place.dataDir);
    for (const path of ['*', '/api/v4/spot/my_trades']) {
      const harm = at.world.harm(path, { kind: 'error', process: false, status: 502 });
      const { code, stderr } = await place.cleanup('--confirm');
      harm.end();
      expect([path, code]).toEqual([path, 69]);
      expect(stderr).toMatch(/502/);
    }
    const { 'supervisor.lockdb': _lock, ...after } = Object.fromEntries(
      Object.entries(digests(place.dataDir)).map(([path, digest]) => [path.split('/').at(-1), digest]),
    );
    expect(Object.values(after)).toEqual(Object.values(before));
  });

  test('while an engine runs: exit 75, for the dry run, too', async () => {
    const place = new Place(at.world, 'running');
    at.world.price(SYMBOL, '99.9', '100');
    const engine = await startEngine(at.world, { directory: place.directory });
    const codes = [(await place.cleanup()).code, (await place.cleanup('--confirm')).code];
    await engine.stop();
    expect(codes).toEqual([75, 75]);
    expect(existsSync(join(place.dataDir, 'backups'))).toBe(false);
  });

  test('left-over drafts and old backups go; what has another name, or is young, stays', async () => {
    const place = new Place(at.world, 'files');
    abandonedAt(place.dataDir, [60_000]);
    const make = (name: string, ageDays: number): void => {
      const path = join(place.dataDir, name);
      writeFileSync(path, 'x');
      utimesSync(path, Date.now() / 1_000 - ageDays * 86_400, Date.now() / 1_000 - ageDays * 86_400);
    };
    mkdirSync(join(place.dataDir, 'backups'));
    make('mtrade.db.new', 2);
    make('control.token.123.tmp', 2);
    make('control.json.123.tmp', 0);
    make('notes.txt', 500);
    make('mtrade.db.mine', 500);
    make('backups/keep.db', 500);
    const backup = (day: number): string =>
      `backups/mtrade-202501${String(day).padStart(2, '0')}T000000000Z-auto.db`;
    for (let day = 1; day <= 12; day += 1) make(backup(day), 300);
    cpSync(join(place.dataDir, 'notes.txt'), join(place.dataDir, 'backups', 'mtrade-notes.db'));

    const { files } = await place.plan('--confirm');

    expect(files.map(({ path }) => path.slice(place.dataDir.length + 1)).toSorted()).toEqual(
      [backup(1), backup(2), 'control.token.123.tmp', 'mtrade.db.new'].toSorted(),
    );
    expect(files.filter(({ path }) => existsSync(path))).toEqual([]);
    for (const name of ['notes.txt', 'mtrade.db.mine', 'control.json.123.tmp', 'backups/keep.db', backup(3)])
      expect([name, existsSync(join(place.dataDir, name))]).toEqual([name, true]);
  });

  test('nothing was ever stored: nothing is made', async () => {
    const place = new Place(at.world, 'nothing');
    const { code, stdout } = await place.cleanup('--confirm');
    expect([code, stdout]).toEqual([0, 'nothing to clean up\n']);
    expect(existsSync(place.dataDir)).toBe(false);
  });

  test('books with a fault are not touched: exit 74 and a pointer to diagnose', async () => {
    const place = new Place(at.world, 'unsound');
    abandonedAt(place.dataDir, AGES);
    const bytes = readFileSync(place.database);
    bytes.write('not a page', 8_192);
    writeFileSync(place.database, bytes);
    const before = digests(place.dataDir);
    const { code, stderr } = await place.cleanup('--confirm');
    expect([code, stderr]).toEqual([74, expect.stringMatching(/damaged|not sound/)]);
    expect(digests(place.dataDir)[place.database]).toEqual(before[place.database]);
  });
});
