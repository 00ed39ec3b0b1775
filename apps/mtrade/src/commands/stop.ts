import { isMtradeError, MtradeError } from '@mtrade/base';
import type { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import { wholeNumber } from '../arguments.js';
import type { Cli } from '../cli.js';
import { ControlClient } from '../control-client.js';
import { ENDPOINTS } from '../endpoints.js';
import { loadConfig } from '../load-config.js';

const POLL_MS = 100;

async function isGone(client: ControlClient): Promise<boolean> {
  try {
    await client.get(ENDPOINTS.status);
    return false;
  } catch (error) {
    // A socket that breaks in the middle is one that is just being closed: ask again.
    return isMtradeError(error, 'MTRADE_NOT_RUNNING');
  }
}

export function addStopCommand(program: Command, cli: Cli): void {
  program
    .command('stop')
    .description('stop the running engine: no new orders, those in flight are followed or recorded')
    .option('--timeout <seconds>', 'how long to wait for its end', wholeNumber(0, 3_600), 60)
    .action(async ({ timeout }: { timeout: number }, command: Command) => {
      const { config } = await loadConfig(cli, command);
      const client = new ControlClient(config.dataDir);
      await client.post(ENDPOINTS.shutdown);
      const deadline = performance.now() + timeout * 1_000;
      while (!(await isGone(client))) {
        if (performance.now() > deadline)
          throw new MtradeError(
            'MTRADE_COMMAND',
            `the engine still runs after ${timeout} s; see mtrade status, or end it with mtrade lock --kill`,
            { command: 'stop' },
          );
        await sleep(POLL_MS);
      }
      cli.out.line('mtrade has stopped');
    });
}
