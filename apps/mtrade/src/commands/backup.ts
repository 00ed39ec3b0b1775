import { MtradeError, systemClock } from '@mtrade/base';
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { databasePath } from '../books-paths.js';
import type { Cli } from '../cli.js';
import { engineHome } from '../load-config.js';
import { percent, withProgress } from '../render/progress.js';

interface BackupOptions {
  readonly to?: string;
  readonly force?: true;
  readonly json?: true;
}

async function backup(cli: Cli, command: Command, { to, force, json }: BackupOptions): Promise<void> {
  const { dataDir, config } = await engineHome(cli, command, 'read');
  const store = await import('@mtrade/store');
  const source = databasePath(dataDir);
  const directory = store.backupDirectory(dataDir);
  const nowMs = systemClock.epochMs();
  const target = to === undefined ? join(directory, store.backupName(nowMs, 'manual')) : resolve(cli.cwd, to);
  if (force !== true && existsSync(target))
    throw new MtradeError(
      'MTRADE_USAGE',
      `${target} is there already; --force replaces it once the new copy is verified`,
      {},
    );
  const { pages } = await withProgress(cli.err, (say) =>
    store.backupDatabase(source, target, (copied, total) =>
      say(`copying the books: ${percent(copied, total)}`),
    ),
  );
  // How many to keep is only known from a whole configuration; without one nothing is dropped.
  const keep = to === undefined ? config?.backup.keep : undefined;
  const dropped = keep === undefined ? [] : store.pruneBackups(directory, 'manual', keep, nowMs);
  if (json) return cli.out.json({ schema: 1, file: target, pages, verified: true, dropped });
  cli.out.say(`${target}: ${pages} pages, verified`);
  for (const path of dropped) cli.out.say(`dropped ${path} (backup.keep = ${keep})`);
}

export function addBackupCommand(program: Command, cli: Cli): void {
  program
    .command('backup')
    .description('copy the books, beside a running engine or without one, and read the copy back')
    .option('--to <file>', 'where to; default: a file with the time in data_dir/backups')
    .option('--force', 'replace a file that is there')
    .option('--json', 'one JSON object')
    .action((options: BackupOptions, command: Command) => backup(cli, command, options));
}
