import { ExitCode, systemClock } from '@mtrade/base';
import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { loadConfig } from '../load-config.js';
import { withProgress } from '../render/progress.js';

interface DiagnoseOptions {
  readonly json?: true;
  readonly offline?: true;
}

async function run(cli: Cli, command: Command, { json, offline }: DiagnoseOptions): Promise<void> {
  const { config } = await loadConfig(cli, command);
  const [{ diagnose }, { secretsOnDemand }, { renderDiagnosis, severityCounts }] = await Promise.all([
    import('@mtrade/runtime'),
    import('../account-secrets.js'),
    import('../render/diagnosis.js'),
  ]);
  const secrets = await secretsOnDemand(cli, config);
  const diagnosis = await withProgress(cli.err, (tell) =>
    diagnose({ config, secrets, offline: offline === true }, { clock: systemClock, tell }),
  );
  const counts = severityCounts(diagnosis);
  if (json) {
    const { scrubSecrets } = await import('@mtrade/log');
    cli.out.json({
      schema: 1,
      checked_at: new Date().toISOString(),
      data_dir: config.dataDir,
      mode: config.mode,
      running: diagnosis.running,
      exchange_checked: diagnosis.exchangeChecked,
      counts: { critical: counts.CRITICAL, warn: counts.WARN, info: counts.INFO },
      findings: diagnosis.findings.map((one) => ({ ...one, detail: scrubSecrets(one.detail) })),
    });
  } else {
    const { color, isTty, columns } = cli.out;
    cli.out.write(renderDiagnosis(diagnosis, config.dataDir, { color, width: isTty ? columns() : null }));
  }
  if (counts.CRITICAL > 0) process.exitCode = ExitCode.runtimeError;
}

export function addDiagnoseCommand(program: Command, cli: Cli): void {
  program
    .command('diagnose')
    .description('look for broken promises: books, orders, exchange; changes nothing, exit 1 on CRITICAL')
    .option('--json', 'one JSON object')
    .option('--offline', 'do not ask the exchange')
    .action((options: DiagnoseOptions, command: Command) => run(cli, command, options));
}
