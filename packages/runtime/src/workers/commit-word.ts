import type { Clock, MonoMs } from '@mtrade/base';
import type { CommitGate } from '@mtrade/board';

/** A commit takes a third of a millisecond: waiting for it blocks the thread and costs no more than that. */
const BLOCK_MS = 20;
/** A disk that hangs must not hold up the answers to other orders. */
const LOOK_EVERY_MS = 2;

/** Waits for the gate's word on a ticket: true only when it says `committed`. */
export const commitWord =
  (
    gate: Pick<CommitGate, 'verdict' | 'wait'>,
    { clock, sleep }: { readonly clock: Clock; readonly sleep: (ms: number) => Promise<unknown> },
  ) =>
  async (ticket: number, untilMono: MonoMs): Promise<boolean> => {
    let verdict = gate.wait(ticket, BLOCK_MS);
    while (verdict === 'open' && clock.monoMs() < untilMono) {
      await sleep(LOOK_EVERY_MS);
      verdict = gate.verdict(ticket);
    }
    return verdict === 'committed';
  };
