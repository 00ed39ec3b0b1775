import { parentPort, workerData } from 'node:worker_threads';
import { attachBoard, type BoardHandle, Owner } from '@mtrade/board';
import { type OperationName, operations } from './operations.js';

// A second thread that makes the same operation without a pause, until it is terminated. Prices have one writer: against
// a reader the rival writes, against the writer it reads.

const RIVAL_OF: Partial<Record<OperationName, OperationName>> = {
  price: 'price-write',
  'price-write': 'price',
};
const TURN = 10_000;

const { handle, name } = workerData as { readonly handle: BoardHandle; readonly name: OperationName };
const operation = operations(attachBoard(handle), Owner.reactor)[RIVAL_OF[name] ?? name];

function turn(): void {
  for (let count = 0; count < TURN; count += 1) operation();
  setImmediate(turn);
}

parentPort?.postMessage('running');
turn();
