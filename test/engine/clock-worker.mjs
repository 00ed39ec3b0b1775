import { parentPort } from 'node:worker_threads';
import { systemClock } from '@mtrade/base';

parentPort.on('message', () => parentPort.postMessage(systemClock.monoMs()));
parentPort.postMessage('ready');
