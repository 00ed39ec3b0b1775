import { workerData } from 'node:worker_threads';
import { errorText } from '@mtrade/base';
import { configFromWire } from '@mtrade/config/wire';
import { workerLogger } from '../logging.js';
import type { ExchangeBoot, WorkerControl } from '../messages.js';
import { type EmbeddedExchange, openEmbeddedExchange } from '../paper/embedded-exchange.js';
import { report, wireOf } from './report.js';

// Entry file of the embedded exchange: read boot data, open it, say where it is, run, close.

const boot = workerData as ExchangeBoot;
const { control, directory, secrets } = boot;
const log = workerLogger('exchange', boot);

let exchange: EmbeddedExchange | undefined;

function close(): void {
  const closing = exchange?.close() ?? Promise.resolve();
  void closing
    .catch((error: unknown) => log.error({ error: errorText(error) }, 'closing the embedded exchange failed'))
    .finally(() => control.close());
}

async function open(): Promise<void> {
  exchange = await openEmbeddedExchange(
    { config: configFromWire(boot.config), secrets, directory },
    {
      log,
      onLost: (error) => {
        report(control, { type: 'failed', error: error.toWire() });
        close();
      },
    },
  );
  control.on('message', (message: WorkerControl) => {
    if (message.type === 'stop') close();
  });
  report(control, { type: 'endpoints', endpoints: exchange.endpoints });
}

open().catch((error: unknown) => {
  report(control, { type: 'failed', error: wireOf(error) });
  control.close();
});
