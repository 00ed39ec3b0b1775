import { systemClock } from '@mtrade/base';
import type { CleanupResult } from '@mtrade/runtime';
import type { Command } from 'commander';
import { wholeNumber } from '../arguments.js';
import type { Cli } from '../cli.js';
import { loadConfig } from '../load-config.js';

interface CleanupOptions {
  readonly confirm?: true;
  readonly olderThan: number;
  readonly json?: true;
}

const HOUR_MS = 3_600_000;
const MAX_HOURS = 87_600;

const resultJson = ({ plan, backup, done }: CleanupResult, dataDir: string): unknown => ({
  schema: 1,
  data_dir: dataDir,
  confirmed: done,
  backup,
  journal_lines: plan.journalIds.length,
  orders: plan.intents.map(({ clientOrderId, symbol, state }) => ({
    client_order_id: clientOrderId,
    symbol,
    state,
  })),
  cycles: plan.cycles.map(({ symbol, number }) => ({ symbol, number })),
  files: plan.files.map(({ path, kind, bytes }) => ({ path, kind, bytes })),
  kept: plan.kept,
});

async function run(cli: Cli, command: Command, options: CleanupOptions): Promise<void> {
  const { config } = await loadConfig(cli, command);
  const [{ cleanUp }, { secretsOnDemand }, { renderCleanup }] = await Promise.all([
    import('@mtrade/runtime'),
    import('../account-secrets.js'),
    import('../render/cleanup.js'),
  ]);
  const result = await cleanUp(
    {
      config,
      secrets: await secretsOnDemand(cli, config),
      confirm: options.confirm === true,
      olderThanMs: options.olderThan * HOUR_MS,
      version: cli.version,
      argv: process.argv,
      runtimeDir: cli.env['MTRADE_RUNTIME_DIR'],
    },
    { clock: systemClock },
  );
  if (options.json) cli.out.json(resultJson(result, config.dataDir));
  else cli.out.say(renderCleanup(result));
}

export function addCleanupCommand(program: Command, cli: Cli): void {
  program
    .command('cleanup')
    .description(
      'remove old rows and files that nobody needs; says what it would do unless --confirm is given',
    )
    .option('--confirm', 'really do it, after a verified backup')
    .option(
      '--older-than <hours>',
      'touch nothing younger (orders: at least 7 days, journal: at least 90 days)',
      wholeNumber(1, MAX_HOURS),
      24,
    )
    .option('--json', 'one JSON object')
    .action((options: CleanupOptions, command: Command) => run(cli, command, options));
}
