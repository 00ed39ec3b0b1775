import type { Clock } from '@mtrade/base';
import type { CommitGate, CommitVerdict } from '@mtrade/board';
import type { CommitWord } from '@mtrade/engine';

/** The thread sleeps until it is woken, and hears of nothing else meanwhile. A commit takes a fraction of this. */
const BLOCK_MS = 20;
/** A disk that hangs must not hold up the answers to other orders. */
const LOOK_EVERY_MS = 2;

interface CommitWordDeps {
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/**
 * The gate's word, as the order thread waits for it. It sleeps from the first moment on: a thread that looked all the
 * time would take the processor from the very commit it waits for whenever both share one.
 */
export const createCommitWord = (
  gate: Pick<CommitGate, 'verdict' | 'wait'>,
  { clock, sleep }: CommitWordDeps,
): CommitWord => ({
  now: (ticket) => wordOf(gate.wait(ticket, BLOCK_MS)),
  later: async (ticket, untilMono) => {
    for (;;) {
      const word = wordOf(gate.verdict(ticket));
      if (word !== null) return word;
      if (clock.monoMs() >= untilMono) return false;
      await sleep(LOOK_EVERY_MS);
    }
  },
});

const wordOf = (verdict: CommitVerdict): boolean | null =>
  verdict === 'open' ? null : verdict === 'committed';
