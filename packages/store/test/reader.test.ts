import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openReader, type Reader } from '@mtrade/store';
import { describe, expect, test } from 'vitest';
import { limit, newPath, NOW, open, SYMBOL, temporaryDirectory, thrownBy, Trader, withSql } from './books.js';

const WRITER = new URL('fixtures/writer.mjs', import.meta.url).pathname;

/** A real process that commits lines and then waits. */
async function writerProcess(path: string, lines: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [WRITER, path, String(lines)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve) => {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes(`${lines - 1}\n`)) resolve();
    });
  });
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

function read<T>(path: string, look: (reader: Reader) => T): T {
  const reader = openReader({ path }) as Reader;
  try {
    return look(reader);
  } finally {
    reader.close();
  }
}

const filesAround = (path: string): string[] => readdirSync(dirname(path)).sort();

describe('the books can be read', () => {
  test('null where there are none', () => {
    const path = newPath();
    expect(openReader({ path })).toBeNull();
    expect(filesAround(path)).toEqual([]);
  });

  test('beside a running engine, with every commit it has acknowledged', async () => {
    const path = newPath();
    const child = await writerProcess(path, 20);
    try {
      const before = filesAround(path);
      expect(read(path, (reader) => reader.journal().length)).toBe(20);
      expect(filesAround(path)).toEqual(before);
    } finally {
      await kill(child);
    }
  });

  test('after kill -9, without touching what the next start will recover', async () => {
    const path = newPath();
    await kill(await writerProcess(path, 20));
    const before = filesAround(path);

    expect(read(path, (reader) => reader.journal().length)).toBe(20);
    expect(filesAround(path)).toEqual(before);

    expect(open(path).queries.journal()).toHaveLength(20);
  });

  test('after a clean stop, without leaving a file', () => {
    const path = newPath();
    const store = open(path);
    const trader = new Trader(store);
    trader.startCycle();
    store.close();
    expect(filesAround(path)).toEqual(['mtrade.db']);
    expect(read(path, (reader) => reader.pairs())).toEqual([trader.pair]);
    expect(filesAround(path)).toEqual(['mtrade.db']);
  });

  test('a copy of database and log without the shared memory', async () => {
    const path = newPath();
    const child = await writerProcess(path, 20);
    const copy = join(temporaryDirectory(), 'copy.db');
    for (const suffix of ['', '-wal']) copyFileSync(`${path}${suffix}`, `${copy}${suffix}`);
    await kill(child);
    expect(read(copy, (reader) => reader.journal().length)).toBe(20);
    expect(filesAround(copy)).toEqual(['copy.db', 'copy.db-wal']);
  });

  test.each(['running', 'killed', 'stopped'])(
    'in a directory where nothing may be written, engine %s',
    async (state) => {
      const path = newPath();
      const child = await writerProcess(path, 20);
      if (state === 'killed') await kill(child);
      if (state === 'stopped') {
        await kill(child);
        open(path).close();
      }
      const directory = dirname(path);
      try {
        chmodSync(directory, 0o555);
        // Root may write everywhere; an unprivileged child may not.
        expect(await readAsNobody(path)).toBe('20');
      } finally {
        chmodSync(directory, 0o700);
        await kill(child);
      }
    },
  );

  test('it cannot write', () => {
    const path = newPath();
    open(path).close();
    read(path, (reader) => {
      expect(Object.keys(reader).sort()).toEqual([
        'age',
        'atOnce',
        'cleanable',
        'close',
        'closedCycles',
        'closedIntent',
        'cycle',
        'examine',
        'fills',
        'history',
        'identity',
        'intents',
        'journal',
        'pairs',
        'positions',
        'restored',
        'stopIntents',
        'trading',
      ]);
    });
  });

  test('damage is named, and the file kept', () => {
    const path = newPath();
    writeFileSync(path, 'garbage'.repeat(1_000));
    expect(thrownBy(() => openReader({ path }))).toMatchObject({ code: 'MTRADE_DATABASE' });
    writeFileSync(path, '');
    expect(thrownBy(() => openReader({ path })).message).toContain('empty');
    expect(filesAround(path)).toEqual(['mtrade.db']);
  });

  test('a row that cannot be read back names the file', () => {
    const path = newPath();
    const store = open(path);
    new Trader(store).startCycle();
    store.close();
    withSql(path, (db) => {
      db.exec('DROP TRIGGER cycle_frozen');
      db.exec(`UPDATE cycle SET params = '{}'`);
    });
    const error = thrownBy(() => read(path, (reader) => reader.pairs()));
    expect(error.message).toContain(path);
  });
});

/** Reads the journal's length in a process without the right to write into the directory. */
async function readAsNobody(path: string): Promise<string> {
  const script = new URL('fixtures/reader.mjs', import.meta.url).pathname;
  const isRoot = process.getuid?.() === 0;
  const child = spawn(process.execPath, [script, path, isRoot ? 'drop' : 'keep'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  return output.trim();
}

describe('what can be asked', () => {
  test('age: the last change, and who made it', () => {
    const path = newPath();
    const store = open(path, { process: { pid: 4711, bootId: 'b', processStart: '1' } });
    store.commit({ journal: [{ epochMs: (NOW + 9e9) as never, symbol: null, event: 'x', details: {} }] });
    store.close();
    expect(read(path, (reader) => reader.age())).toMatchObject({ pid: 4711, epoch: 1, changedMs: NOW + 9e9 });
    expect(read(path, (reader) => reader.identity)).toMatchObject({
      mode: 'paper',
      exchange: 'gate',
      account: 'paper',
    });
  });

  test('history by pair, cycle, event and time, newest first, bounded', () => {
    const store = open();
    const trader = new Trader(store);
    const btc = new Trader(store, 'BTC/USDT');
    trader.startCycle();
    trader.sell('0.998');
    // Numbers of rows are shared: the second player has to look at the books again.
    Object.assign(btc, new Trader(store, 'BTC/USDT'));
    const again = new Trader(store, 'BTC/USDT');
    again.startCycle();
    again.place(limit('buy', 1, '1', '90'));

    const { queries } = store;
    expect(queries.closedCycles().map(({ symbol, number, outcome }) => [symbol, number, outcome])).toEqual([
      [SYMBOL, 1, 'closed'],
    ]);
    expect(queries.fills({ symbol: SYMBOL }).map(({ fill }) => fill.side)).toEqual(['sell', 'buy']);
    expect(queries.fills({ cycleId: 2 })).toHaveLength(1);
    expect(queries.fills({ limit: 1 })).toHaveLength(1);
    expect(queries.fills({ sinceMs: NOW + 1 })).toEqual([]);
    expect(queries.fills({ untilMs: NOW + 1 })).toHaveLength(3);
    expect(queries.intents({ openOnly: true }).map(({ symbol }) => symbol)).toEqual(['BTC/USDT']);
    expect(queries.journal({ event: 'order.filled' })).toHaveLength(3);
    expect(queries.journal({ event: 'order', symbol: SYMBOL })).toHaveLength(4);
    expect(queries.journal({ event: 'ord' })).toEqual([]);
    const [newest, older] = queries.journal();
    expect(queries.journal({ afterId: older?.id ?? 0 }).map(({ id }) => id)).toEqual([newest?.id]);
    expect(() => queries.journal({ limit: 0 })).toThrow(/limit/);
    expect(queries.cycle(99)).toBeNull();
  });
});

test('a leftover of a reader that was killed does not disturb the next one', () => {
  const path = newPath();
  open(path).close();
  writeFileSync(`${path}-wal`, '');
  expect(read(path, (reader) => reader.trading())).toBe(true);
  rmSync(`${path}-wal`);
});
