import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { expectNothingLost, live, nothingYet, useFolder } from './paper-story.js';

const folder = useFolder();
const KILL_AT_STEP = fileURLToPath(new URL('kill-at-step.mjs', import.meta.url));
const ROUNDS = Number(process.env['MTRADE_CRASH_ROUNDS'] ?? 10);
/** Steps that die at the same time; each is a process that mostly loads its modules. */
const AT_ONCE = 4;
const LIMIT_MS = 600_000;

describe('the paper exchange under kill -9', { timeout: LIMIT_MS }, () => {
  test('loses nothing that it has answered, at random moments of trading', async () => {
    const heard = nothingYet();
    for (let round = 1; round <= ROUNDS; round += 1) {
      const dieAfter = 5 + ((round * 7_919) % 400);
      const { end } = await live({ dir: folder.path(), seed: round }, heard, {
        onLine: (child, lines) => {
          if (lines === dieAfter) child.kill('SIGKILL');
        },
      });
      expect(end).toBe('SIGKILL');
      expectNothingLost(folder.path(), heard);
    }
    expect(heard.orders.size).toBeGreaterThan(ROUNDS * 20);
  });

  test('loses nothing while it forgets old orders and compacts its journal all the time', async () => {
    const heard = nothingYet();
    const retention = { finishedOrders: 40, youngMs: 1 };
    const journal = join(folder.path(), 'exchange.jsonl');
    for (let round = 1; round <= ROUNDS; round += 1) {
      const dieAfter = 50 + ((round * 7_919) % 1_500);
      const options = { dir: folder.path(), seed: round, retention, compactAtBytes: 30_000, rowsAtOnce: 5 };
      const { end } = await live(options, heard, {
        onLine: (child, lines) => {
          if (lines === dieAfter) child.kill('SIGKILL');
        },
      });
      expect(end).toBe('SIGKILL');
      expect(statSync(journal).size).toBeLessThan(400_000);
      expectNothingLost(folder.path(), heard);
    }
    expect(heard.problems).toEqual([]);
  });

  test('loses nothing when it dies right before, or in the middle of, any single step of start and compaction', async () => {
    // Two full compactions lie within these orders. How many steps there are depends on how long the disk takes to
    // flush, so it goes on until a child lives to its end.
    const options = { orders: 14, seed: 7, compactAtBytes: 3_000, rowsAtOnce: 4 };
    const dieAt = async (step: number): Promise<boolean> => {
      const dir = join(folder.path(), `step-${step}`);
      const heard = nothingYet();
      const { end } = await live({ ...options, dir }, heard, {
        node: ['--import', KILL_AT_STEP],
        env: { KILL_AT: String(step) },
      });
      expect(end).toBe(heard.isFinished ? 0 : 'SIGKILL');
      expectNothingLost(dir, heard);
      return heard.isFinished;
    };
    let steps = 0;
    let isFinished = false;
    while (!isFinished) {
      const ends = await Promise.all(Array.from({ length: AT_ONCE }, (_, ahead) => dieAt(steps + 1 + ahead)));
      isFinished = ends.includes(true);
      steps += AT_ONCE;
    }
    expect(steps).toBeGreaterThan(30);
  });

  test('a full disk stops it before it answers what it cannot write, and its records stay readable', async () => {
    const heard = nothingYet();

    // Files may grow to 48 or 96 KB (the unit of the limit differs between shells); then writes are cut short and fail.
    const { end } = await live({ dir: folder.path(), seed: 3, orders: 5_000 }, heard, {
      shell: 'ulimit -f 96',
    });

    expect(end).not.toBe(0);
    expect(heard.isFinished).toBe(false);
    expect(heard.lost).toMatch(/the paper exchange cannot write .*exchange\.jsonl/);
    expect(heard.orders.size).toBeGreaterThan(10);
    expectNothingLost(folder.path(), heard);
  });
});
