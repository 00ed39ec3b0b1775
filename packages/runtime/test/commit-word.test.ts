import type { MonoMs } from '@mtrade/base';
import { type CommitVerdict, createBoard } from '@mtrade/board';
import { expect, test } from 'vitest';
import { createCommitWord } from '../src/workers/commit-word.js';

/** Time that passes only while somebody reads it or sleeps. */
function clockThat(onMs: (nowMs: number) => void) {
  let nowMs = 0;
  const pass = (ms: number): void => {
    nowMs += ms;
    onMs(nowMs);
  };
  return {
    clock: {
      monoMs: () => {
        pass(0.01);
        return nowMs as MonoMs;
      },
      epochMs: () => {
        throw new Error('nobody asks');
      },
    },
    sleep: async (ms: number) => pass(ms),
    pass,
  };
}

const UNTIL = 3_000 as MonoMs;
/** The thread blocks at least this long. */
const BLOCKED_MS = 10;

for (const [when, atMs] of [
  ['before the thread looks', 0],
  ['while the thread blocks', 10],
  ['on a disk that hangs', 500],
  ['never', Number.POSITIVE_INFINITY],
] as const)
  for (const verdict of ['commit', 'withdraw'] as const)
    test(`${verdict} ${when}: an order is permitted only after its commit`, async () => {
      const { commitGate } = createBoard({ symbols: ['ETH/USDT'], urgentCapacity: 1 });
      const ticket = commitGate.open();
      let isCommitted = false;
      const { clock, sleep, pass } = clockThat((nowMs) => {
        if (nowMs < atMs || commitGate.verdict(ticket) !== 'open') return;
        isCommitted = verdict === 'commit' && commitGate.commit(ticket);
        if (verdict === 'withdraw') commitGate.withdraw(ticket);
      });
      pass(0);
      const gate = {
        verdict: (one: number): CommitVerdict => commitGate.verdict(one),
        wait: (one: number, ms: number): CommitVerdict => {
          pass(ms);
          return commitGate.verdict(one);
        },
      };

      const word = createCommitWord(gate, { clock, sleep });
      const atOnce = word.now(ticket);
      const permitted = atOnce ?? (await word.later(ticket, UNTIL));

      expect(atOnce).toBe(atMs <= BLOCKED_MS ? isCommitted : null);
      expect(permitted).toBe(isCommitted);
      expect(permitted).toBe(verdict === 'commit' && atMs < UNTIL);
    });
