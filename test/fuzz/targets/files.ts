import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, type EpochMs, type MonoMs, MtradeError, systemClock } from '@mtrade/base';
import { silentLogger } from '@mtrade/log';
import { DEFAULT_USER_ID, openPaperExchange, pairSpec } from '@mtrade/market-sim';
import { acquireLock, checkLock, killHolder, systemPlatform } from '@mtrade/runtime/lock';
import { openStore } from '@mtrade/store';
import type { Random } from '../../simulation/random.js';
import { mutateBytes, mutateJson } from '../mutate.js';
import { requireCleanPrototype } from '../promises.js';
import { Broken, type Target } from '../target.js';

const NOW_MS = 1_710_488_334_000;
const SYMBOLS = ['ETH/USDT', 'BTC/USDT', 'SOL/USDT'];
const clock: Clock = { epochMs: () => NOW_MS as EpochMs, monoMs: () => 0 as MonoMs };

/**
 * What lies on the disk, damaged: books and the paper exchange are refused or the same as before, never silently made
 * anew (P29); a record of a lock is believed of nobody (P38, P39).
 */
export const files: Target = {
  open: () => {
    const root = mkdtempSync(join(tmpdir(), 'mtrade-fuzz-files-'));
    const whole = join(root, 'whole');
    mkdirSync(whole, { mode: 0o700 });
    makeBooks(join(whole, 'mtrade.db'));
    makePaperExchange(whole);
    let count = 0;
    return Promise.resolve({
      step: async (random) => {
        const directory = join(root, String((count += 1)));
        cpSync(whole, directory, { recursive: true });
        try {
          const kind = random.pick<(directory: string, random: Random) => void | Promise<void>>([
            books,
            books,
            paperExchange,
            lockRecord,
          ]);
          await kind(directory, random);
        } finally {
          rmSync(directory, { recursive: true, force: true });
        }
        return 1;
      },
      close: () => {
        rmSync(root, { recursive: true, force: true });
        return Promise.resolve();
      },
    });
  },
};

const openBooks = (path: string) =>
  openStore({ path, mode: 'paper', exchange: 'gate', account: 'paper' }, { clock });

function makeBooks(path: string): void {
  const store = openBooks(path);
  store.ensurePairs(SYMBOLS.map((symbol) => ({ symbol, permitted: true })));
  store.load();
  store.close();
}

function openPaper(dir: string) {
  const pairs = [pairSpec('ETH/USDT', { amountDecimals: 4, priceDecimals: 2 })];
  return openPaperExchange({ dir, exchange: { pairs }, balances: { USDT: '1000' }, nowMs: NOW_MS });
}

function makePaperExchange(dir: string): void {
  const paper = openPaper(dir);
  paper.exchange.setQuote('ETH/USDT', { kind: 'mid', mid: { mantissa: 200_000, decimals: 2 } }, NOW_MS);
  for (const [i, side] of (['buy', 'buy', 'sell', 'buy'] as const).entries())
    paper.exchange.place(
      DEFAULT_USER_ID,
      {
        symbol: 'ETH/USDT',
        side,
        type: 'limit',
        amount: '0.01',
        price: side === 'buy' ? '2003' : '1997',
        timeInForce: i === 3 ? 'gtc' : 'ioc',
        text: `t-${i}`,
      },
      NOW_MS + i,
    );
  paper.close();
}

/** Bits flipped, blocks overwritten, cut off. */
function damage(bytes: Buffer, random: Random): Buffer {
  const out = Buffer.from(bytes);
  switch (random.below(4)) {
    case 0:
      return out.subarray(0, random.below(out.length));
    case 1: {
      const at = random.below(out.length);
      out.fill(random.below(256), at, Math.min(out.length, at + 1 + random.below(4_096)));
      return out;
    }
    case 2:
      return mutateBytes(out, random);
    default:
      for (let flips = 1 + random.below(16); flips > 0; flips -= 1) {
        const at = random.below(out.length);
        out[at] = (out[at] as number) ^ (1 << random.below(8));
      }
      return out;
  }
}

/** Opens what was damaged: null when it was refused, and then it must lie there as before. */
function openDamaged<T>(path: string, damaged: Buffer, open: () => T): T | null {
  writeFileSync(path, damaged);
  try {
    return open();
  } catch (error) {
    const input = `${damaged.length} bytes`;
    if (!(error instanceof MtradeError))
      throw new Broken(`not refused but failed: ${String((error as Error).stack)}`, input);
    if (!readFileSync(path).equals(damaged))
      throw new Broken(`P29: refused (${error.message}), but changed`, input);
    return null;
  }
}

function books(directory: string, random: Random): void {
  const path = join(directory, 'mtrade.db');
  const damaged = damage(readFileSync(path), random);
  const store = openDamaged(path, damaged, () => openBooks(path));
  if (store === null) return;
  try {
    const { pairs } = store.load();
    if (pairs.length !== SYMBOLS.length)
      throw new Broken(`P29: ${pairs.length} of ${SYMBOLS.length} pairs`, path);
  } catch (error) {
    if (!(error instanceof MtradeError)) throw error;
  } finally {
    store.close();
  }
}

function paperExchange(directory: string, random: Random): void {
  const path = join(directory, 'exchange.jsonl');
  const damaged = damage(readFileSync(path), random);
  const paper = openDamaged(path, damaged, () => openPaper(directory));
  if (paper === null) return;
  paper.close();
  if (!paper.restored) throw new Broken('P29: a new paper account in place of a damaged one', damaged);
}

async function lockRecord(directory: string, random: Random): Promise<void> {
  const dataDir = join(directory, 'data');
  mkdirSync(dataDir, { mode: 0o700 });
  const record = {
    pid: random.pick([1, process.pid, process.ppid, 99_999_999]),
    processStart: '1',
    bootId: systemPlatform.bootId(),
    machineId: systemPlatform.machineId(),
    uid: 0,
    argv: ['node'],
    version: '0',
    dataDir,
    accountOwnerPath: null,
    startedAtMs: NOW_MS,
  };
  const text = random.chance(0.2)
    ? damage(Buffer.from(JSON.stringify(record)), random)
    : mutateJson(record, random);
  writeFileSync(join(dataDir, 'supervisor.owner.json'), text);
  if (random.chance(0.3)) mkdirSync(join(dataDir, 'supervisor.lock'));
  const platform = {
    ...systemPlatform,
    signal: (pid: number) => {
      throw new Broken(`P38: a signal to ${pid}`, text);
    },
  };
  const check = await checkLock(dataDir, { clock: systemClock, platform });
  if (check.status === 'running') throw new Broken('P39: a record was taken for a running engine', text);
  await killHolder({ dataDir, force: true, waitMs: 0 }, { clock: systemClock, platform });
  requireCleanPrototype(text);
  // A record of another machine, whose lock was touched a moment ago, is respected; every other is in nobody's way.
  if (check.status === 'foreign') return;
  const lock = await acquireLock(
    { dataDir, account: { exchange: 'gate', apiKey: null }, version: '0', argv: [] },
    { clock: systemClock, log: silentLogger, onLost: () => undefined, platform },
  );
  lock.release();
  const left = readdirSync(dataDir).filter((name) => name !== 'supervisor.lockdb');
  if (left.length > 0) throw new Broken(`P39: ${left.join(', ')} is left`, text);
}
