import type { Clock, MonoMs } from '@mtrade/base';
import type { CommitGate } from '@mtrade/board';

/** The thread sleeps until it is woken, and hears of nothing else meanwhile. A commit takes a fraction of this. */
const BLOCK_MS = 20;
/** A disk that hangs must not hold up the answers to other orders. */
const LOOK_EVERY_MS = 2;

interface CommitWordDeps {
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/**
 * Waits for the gate's word on a ticket: true only when it says `committed`. It sleeps from the first moment on: a
 * thread that looked all the time would take the processor from the very commit it waits for whenever both share one.
 */
export const commitWord =
  (gate: Pick<CommitGate, 'verdict' | 'wait'>, { clock, sleep }: CommitWordDeps) =>
  async (ticket: number, untilMono: MonoMs): Promise<boolean> => {
    let verdict = gate.wait(ticket, BLOCK_MS);
    while (verdict === 'open' && clock.monoMs() < untilMono) {
      await sleep(LOOK_EVERY_MS);
      verdict = gate.verdict(ticket);
    }
    return verdict === 'committed';
  };
