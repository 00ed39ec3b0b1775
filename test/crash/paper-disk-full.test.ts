import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_USER_ID, openPaperExchange, type PaperExchange, SimulatedSource } from '@mtrade/market-sim';
import { describe, expect, test } from 'vitest';
import { environment, MTRADE, usePlace } from '../e2e/cli-process.js';

const place = usePlace();
/** More than any other file of the engine grows to within the first seconds. */
const ORDERS = 5_000;
const BLOCK_BYTES = 512;
/** Room for a few orders; sixteen pairs buy at once. */
const ROOM_BYTES = 6_000;

const openAccount = (dir: string): PaperExchange => {
  const { pairs } = new SimulatedSource({ seed: 1 });
  return openPaperExchange({ dir, exchange: { pairs }, balances: { USDT: '10000' }, nowMs: Date.now() });
};

/** A paper account with a past: its journal is the largest file by far. Answers the journal's size. */
function makeAccount(dir: string): number {
  const paper = openAccount(dir);
  const { exchange } = paper;
  exchange.setQuote('ETH/USDT', { kind: 'mid', mid: { mantissa: 315_000, decimals: 2 } }, Date.now());
  for (let index = 0; index < ORDERS; index += 1) {
    const order = { symbol: 'ETH/USDT', side: 'buy', type: 'market', amount: '1.5' } as const;
    exchange.place(DEFAULT_USER_ID, { ...order, timeInForce: 'ioc' }, Date.now());
  }
  paper.close();
  // Opening writes the snapshot, as the engine will.
  openAccount(dir).close();
  return statSync(join(dir, 'exchange.jsonl')).size;
}

describe('a disk that is full for the paper account (scenario 53)', () => {
  test('ends the engine with exit 74 and the name of the file, and its records stay readable', async () => {
    const dir = join(place.dataDir, 'paper-exchange');
    const journalBytes = makeAccount(dir);
    const blocks = Math.ceil((journalBytes + ROOM_BYTES) / BLOCK_BYTES);

    const child = spawn(
      'sh',
      ['-c', `ulimit -f ${blocks}; exec "$0" "$@"`, process.execPath, MTRADE, 'start'],
      { cwd: place.directory, env: environment(place), stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));

    expect(stderr).toMatch(/the paper exchange cannot write .*exchange\.jsonl/);
    expect(code).toBe(74);

    // Torn or not, the last line is nobody's answer: with room again everything before it is there.
    const paper = openAccount(dir);
    expect(paper.exchange.records().orders.length).toBeGreaterThan(ORDERS);
    paper.close();
  });
});
