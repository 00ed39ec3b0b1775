import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Life } from './life.js';
import { Round } from './round.js';
import { symbolsOf } from './setting.js';

/** A whole test: several lives, each of which takes ten times as long on a busy machine. */
export const LIMIT_MS = 600_000;
/** Whatever one life is waited for. */
export const LIFE_MS = 120_000;
const ORDERS_TO_GO_ON = 5;

/**
 * A calm exchange and one data directory for all tests of a file or `describe`, in their order: an engine has to come
 * up again on whatever the tests before have left, so each test shows that the one before it has done no lasting harm.
 */
export function useRound(pairs = 4): { readonly round: Round } {
  let round: Round | null = null;
  beforeAll(async () => {
    round = await Round.begin({ seed: 1, symbols: symbolsOf(pairs), isCalm: true, stops: false });
  });
  // One that a failed test has left would keep the next one out.
  afterEach(() => round?.endLives());
  afterAll(() => round?.close(false));
  return {
    get round() {
      if (!round) throw new Error('the round begins with the first test');
      return round;
    },
  };
}

/** For the message of a failed expectation. */
export const lastWords = (life: Life): string => life.said().slice(-2_000);

/** It sends orders, and they arrive. */
export async function expectTrades(round: Round, life: Life): Promise<void> {
  const before = await round.exchange.orders();
  const deadline = performance.now() + LIFE_MS;
  while ((await round.exchange.orders()) < before + ORDERS_TO_GO_ON) {
    expect(life.isRunning, `its log: ${lastWords(life)}`).toBe(true);
    expect(performance.now(), `it trades; its log: ${lastWords(life)}`).toBeLessThan(deadline);
    await sleep(50);
  }
}

/** An engine that is well and trades. */
export async function trading(round: Round): Promise<Life> {
  const life = round.start();
  await expectTrades(round, life);
  return life;
}

/** Exit code or signal of an engine that has to end by itself. */
export const endOf = (life: Life): Promise<number | string> =>
  Promise.race([life.ended, sleep(LIFE_MS, 'late', { ref: false })]);

/** Books and exchange after a death: nothing that is closed may differ. */
export const expectSound = async (round: Round): Promise<void> => {
  expect((await round.look(false)).violations).toEqual([]);
};

/** The next start, without any way to mend by hand, comes up and trades. */
export async function expectGoesOn(round: Round): Promise<void> {
  const life = await trading(round);
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

/**
 * `-D`: the tracer is the grandchild, so that the child is the engine. `--seccomp-bpf`: the kernel stops it at this one
 * call only, and not at every call that it makes; a signal cannot be sent from such a stop.
 */
export const injecting = (call: string, what: string): readonly string[] => [
  'strace',
  '-D',
  '-f',
  ...(what.startsWith('signal=') ? [] : ['--seccomp-bpf']),
  '-qq',
  '-o',
  '/dev/null',
  '-e',
  `trace=${call}`,
  '-e',
  `inject=${call}:${what}`,
];
