import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { endWithUs, ExchangeProcess, pairNames, type Subject, type SubjectPlan } from '@mtrade/bench';
import type { BotBoot } from './messages.js';

export const FLOOR = 'one-thread floor';
export const PLAIN = 'plain design';
const RAW = 'raw socket';

const PAIRS = 16;

/** A baseline in a process of its own, on an exchange of its own. */
async function startBot(name: string, entry: string): Promise<Subject> {
  const symbols = pairNames(PAIRS);
  const keys = { apiKey: randomUUID(), apiSecret: randomUUID() };
  const exchange = await ExchangeProcess.start({ symbols, traded: PAIRS, buysAgain: false, ...keys });
  const child = endWithUs(fork(fileURLToPath(new URL(entry, import.meta.url))));
  child.send({ symbols, ...keys, ...exchange.addresses } satisfies BotBoot);
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`${name} ended with ${code}`)));
  ended.catch(() => undefined);
  await Promise.race([once(child, 'message'), ended]);
  return {
    name,
    exchange,
    engine: null,
    pid: child.pid ?? -1,
    close: async () => {
      child.kill('SIGKILL');
      await ended.catch(() => undefined);
      exchange.close();
    },
  };
}

const bot = (name: string, entry: string): SubjectPlan => ({
  name,
  load: 0,
  start: () => startBot(name, entry),
});

export const floorPlan = bot(FLOOR, './floor.child.js');
export const plainPlan = bot(PLAIN, './plain.child.js');
export const rawPlan = bot(RAW, './raw.child.js');
