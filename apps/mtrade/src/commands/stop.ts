import { isMtradeError, MtradeError } from '@mtrade/base';
import type { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import { wholeNumber } from '../arguments.js';
import type { Cli } from '../cli.js';
import { ControlClient } from '../control-client.js';
import { ENDPOINTS } from '../endpoints.js';
import { engineHome } from '../load-config.js';
import { engineLine, noteOthers } from '../which-engine.js';

const POLL_MS = 100;
/** A question that has less time than this could not be answered by any engine. */
const LEAST_MS = 500;
const MOST_MS = 10_000;

async function isGone(client: ControlClient, limitMs: number): Promise<boolean> {
  try {
    await client.get(ENDPOINTS.status, limitMs);
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
      const { dataDir } = await engineHome(cli, command, 'hold');
      const client = new ControlClient(dataDir);
      const deadline = performance.now() + timeout * 1_000;
      const limitMs = (): number =>
        Math.round(Math.min(MOST_MS, Math.max(LEAST_MS, deadline - performance.now())));
      const answer = await client.post(ENDPOINTS.shutdown, {}, limitMs());
      const told = engineLine(answer);
      while (!(await isGone(client, limitMs()))) {
        if (performance.now() > deadline)
          throw new MtradeError(
            'MTRADE_COMMAND',
            `the engine still runs after ${timeout} s; see mtrade status, or end it with mtrade lock --kill`,
            { command: 'stop' },
          );
        await sleep(POLL_MS);
      }
      for (const line of ['mtrade has stopped', ...told]) cli.out.say(line);
      await noteOthers(cli, command, dataDir);
    });
}
