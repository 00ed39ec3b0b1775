// The one point at which harm is done: MTRADE_CRASH holds {"point", "nth", "act", "note", "ms"} as JSON. `note` is a file that
// tells the harness, right before, that it happens.
import { existsSync, writeFileSync } from 'node:fs';

const text = process.env.MTRADE_CRASH;
export const armed = text === undefined ? null : JSON.parse(text);

/** As it was before anything was wrapped. */
const write = writeFileSync;
let passed = 0;
let isOver = false;

/** True for the point that is armed: lets a wrapper spare what only one point needs. */
export const isArmed = (name) => armed !== null && !isOver && armed.point === name;

/** True when the next passing of this point is the one: for what has to be prepared right before. */
export const isNext = (name) => isArmed(name) && passed + 1 === armed.nth;

/** One of the engine's threads is here. The n-th passing does the harm; every other one does nothing. */
export function pass(name) {
  if (!isArmed(name)) return;
  passed += 1;
  if (passed < armed.nth) return;
  isOver = true;
  // Once in a process: the thread that takes a dead one's place counts from the beginning, and is to live.
  if (!existsSync(armed.note)) harm();
}

function harm() {
  write(armed.note, `${armed.point}\n`);
  switch (armed.act) {
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      // The signal arrives before the next line of any thread of this process runs.
      return sleep(10_000);
    case 'stop':
      process.kill(process.pid, 'SIGSTOP');
      // The kernel may wake another thread to take the signal, and this one runs on until that has happened.
      while (!existsSync(goOnFile(armed.note))) sleep(1);
      return;
    // In a worker this ends the thread and not the process.
    case 'exit':
      return process.exit(7);
    case 'throw':
      throw new Error('harm at a named point');
    case 'reject':
      void Promise.reject(new Error('harm at a named point'));
      return;
    case 'stall':
      return sleep(armed.ms);
    case 'spin':
      for (;;);
    case 'heap':
      for (const all = []; ;) all.push(Array.from({ length: 100_000 }, (_, index) => ({ index })));
    default:
      throw new Error(`no such act: ${armed.act}`);
  }
}

/** Must be there before the SIGCONT: what stands at the point waits for it, and not for the signal. */
const goOnFile = (note) => `${note}.go-on`;

const sleep = (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

const PURPOSES = { s: 'start', a: 'average', t: 'take-profit', m: 'manual-sell', p: 'stop-loss' };

/** What an order is for, by the last part of its client id. */
export const purposeOf = (clientOrderId) => PURPOSES[clientOrderId.split('-').at(-1)[0]] ?? 'other';
