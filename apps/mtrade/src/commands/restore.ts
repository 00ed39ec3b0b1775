import { MtradeError, systemClock } from '@mtrade/base';
import { silentLogger } from '@mtrade/log';
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ACCOUNT, databasePath } from '../books-paths.js';
import type { Cli } from '../cli.js';
import { loadConfig } from '../load-config.js';
import { percent, withProgress } from '../render/progress.js';

interface RestoreOptions {
  readonly force?: true;
  readonly json?: true;
}

async function restore(cli: Cli, command: Command, given: string, options: RestoreOptions): Promise<void> {
  const { config } = await loadConfig(cli, command);
  const file = resolve(cli.cwd, given);
  // Looked at before the lock, which would make the data directory.
  if (!existsSync(file)) throw new MtradeError('MTRADE_USAGE', `there is no file ${file}`, {});
  const [{ acquireLock }, { restoreDatabase }] = await Promise.all([
    import('@mtrade/runtime'),
    import('@mtrade/store'),
  ]);
  const lock = await acquireLock(
    {
      dataDir: config.dataDir,
      // The books are this directory's; nothing is sent, so the account need not be ours.
      account: { exchange: config.exchange.id, apiKey: null },
      version: cli.version,
      argv: process.argv,
      ...(cli.env['MTRADE_RUNTIME_DIR'] !== undefined && { runtimeDir: cli.env['MTRADE_RUNTIME_DIR'] }),
    },
    { clock: systemClock, log: silentLogger, onLost: () => undefined },
  );
  try {
    const { aside, booksMs } = await withProgress(cli.err, (say) =>
      restoreDatabase({
        file,
        path: databasePath(config.dataDir),
        mode: config.mode,
        exchange: config.exchange.id,
        account: ACCOUNT,
        force: options.force === true,
        nowMs: systemClock.epochMs(),
        onProgress: (copied, total) => say(`copying the backup: ${percent(copied, total)}`),
      }),
    );
    const booksEnd = new Date(booksMs).toISOString();
    if (options.json)
      return cli.out.json({ schema: 1, restored: file, books_end_at: booksEnd, kept_aside: aside });
    cli.out.say(`restored ${file}; these books end at ${booksEnd}`);
    if (aside !== null) cli.out.say(`the books that were here are kept as ${aside}`);
    cli.out.say(
      'the next start compares every pair with the exchange before anything is sent for it; ' +
        'a pair with orders that these books do not know waits for you',
    );
  } finally {
    lock.release();
  }
}

export function addRestoreCommand(program: Command, cli: Cli): void {
  program
    .command('restore')
    .description('put a backup in the place of the books; the engine must not be running')
    .argument('<file>', 'the backup')
    .option('--force', 'take books of another mode, exchange, account or installation')
    .option('--json', 'one JSON object')
    .action((file: string, options: RestoreOptions, command: Command) =>
      restore(cli, command, file, options),
    );
}
