import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect } from 'vitest';
import { Round } from './round.js';
import { symbolsOf } from './setting.js';

const START_MS = 60_000;

/** A calm exchange and an empty data directory for each test. */
export function useRound(pairs = 4): { readonly round: Round } {
  let round: Round | null = null;
  beforeEach(async () => {
    round = await Round.begin({ seed: 1, symbols: symbolsOf(pairs), isCalm: true });
  });
  afterEach(() => round?.close(false));
  return {
    get round() {
      if (!round) throw new Error('the round begins with the test');
      return round;
    },
  };
}

/** Books and exchange after a death: nothing that is closed may differ. */
export const expectSound = async (round: Round): Promise<void> => {
  expect((await round.look(false)).violations).toEqual([]);
};

/** An undisturbed engine finds out about everything; then all agrees exactly. */
export const expectHealed = async (round: Round): Promise<void> => {
  const { violations, trades } = await round.heal();
  expect(violations).toEqual([]);
  expect(trades).toBeGreaterThan(0);
};

/** The next start, without any way to mend by hand, comes up and trades. */
export async function expectGoesOn(round: Round): Promise<void> {
  const life = round.start();
  const isUp = await life.until(
    ({ feed, pairs }) => feed.connected && pairs.some(({ cycle }) => cycle > 0),
    START_MS,
  );
  expect(isUp, `its log: ${round.said().slice(-2_000)}`).not.toBeNull();
  await life.kill();
  await expectSound(round);
}

/** Faults in the system calls need strace and the right to trace a child. */
export const hasStrace = (): boolean => {
  try {
    execFileSync('strace', ['-qq', '-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** `-D`: the tracer is the grandchild, so that the child is the engine. */
export const injecting = (call: string, what: string): readonly string[] => [
  'strace',
  '-D',
  '-f',
  '-qq',
  '-o',
  '/dev/null',
  '-e',
  `trace=${call}`,
  '-e',
  `inject=${call}:${what}`,
];
