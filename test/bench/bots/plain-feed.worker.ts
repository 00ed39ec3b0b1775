import { parentPort, workerData } from 'node:worker_threads';
import { hearBestPrices } from './best-prices.js';
import type { BotBoot } from './messages.js';

const { wsUrl, symbols } = workerData as BotBoot;

await hearBestPrices(wsUrl, symbols, (symbol, bid, ask) => parentPort?.postMessage({ symbol, bid, ask }));
parentPort?.postMessage('ready');
