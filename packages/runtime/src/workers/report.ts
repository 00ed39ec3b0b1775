import { errorText, MtradeError, type WireError } from '@mtrade/base';
import type { MessagePort } from 'node:worker_threads';
import type { WorkerReport } from '../messages.js';

export const report = (control: MessagePort, message: WorkerReport): void => control.postMessage(message);

/** An error as the supervisor can read it; anything unforeseen is a contradiction and stops the engine. */
export const wireOf = (error: unknown): WireError =>
  error instanceof MtradeError
    ? error.toWire()
    : {
        code: 'MTRADE_CONTRADICTION',
        message: errorText(error),
        facts: { stack: (error as Error)?.stack ?? null },
      };
