import type { Clock, MonoMs } from '@mtrade/base';
import type { CommitGate, CommitVerdict } from '@mtrade/board';

/** A commit takes a third of a millisecond to one: looking all the time is quicker than being woken, and ends soon. */
const SPIN_MS = 2;
/** After that the thread sleeps until it is woken, and hears of nothing else meanwhile. */
const BLOCK_MS = 20;
/** A disk that hangs must not hold up the answers to other orders. */
const LOOK_EVERY_MS = 2;

interface CommitWordDeps {
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** False where there is one processor: it is the commit's. */
  readonly maySpin: boolean;
}

/** Waits for the gate's word on a ticket: true only when it says `committed`. */
export const commitWord =
  (gate: Pick<CommitGate, 'verdict' | 'wait'>, { clock, sleep, maySpin }: CommitWordDeps) =>
  async (ticket: number, untilMono: MonoMs): Promise<boolean> => {
    let verdict = maySpin ? spin(gate, ticket, clock) : gate.verdict(ticket);
    if (verdict === 'open') verdict = gate.wait(ticket, BLOCK_MS);
    while (verdict === 'open' && clock.monoMs() < untilMono) {
      await sleep(LOOK_EVERY_MS);
      verdict = gate.verdict(ticket);
    }
    return verdict === 'committed';
  };

function spin(gate: Pick<CommitGate, 'verdict'>, ticket: number, clock: Clock): CommitVerdict {
  const endMono = clock.monoMs() + SPIN_MS;
  for (;;) {
    const verdict = gate.verdict(ticket);
    if (verdict !== 'open' || clock.monoMs() >= endMono) return verdict;
  }
}
