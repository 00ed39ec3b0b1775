import { Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { BotBoot } from './messages.js';
import { Rule } from './rule.js';

// The plain design: a thread hears prices and posts a message for each, the main thread compares, every order is a task
// of a pool with its default options, and the task calls ccxt's createOrder as it comes, rate limiter included.

interface BestMessage {
  readonly symbol: string;
  readonly bid: string;
  readonly ask: string;
}

async function run(boot: BotBoot): Promise<void> {
  const pool = new Piscina({
    filename: new URL('./plain-order.worker.js', import.meta.url).href,
    workerData: boot,
    minThreads: 1,
    maxThreads: 1,
  });
  await pool.run({ type: 'load' }, { name: 'run' });
  const rule = new Rule();
  const feed = new Worker(new URL('./plain-feed.worker.js', import.meta.url), { workerData: boot });
  feed.on('message', (message: BestMessage | 'ready') => {
    if (message === 'ready') {
      process.send?.('ready');
      return;
    }
    const order = rule.onBest(message.symbol, message.bid, message.ask);
    if (order !== null) void pool.run({ type: 'order', order }, { name: 'run' });
  });
}

process.on('disconnect', () => process.exit());
process.once('message', (boot: BotBoot) => void run(boot));
