import { errorText, ExitCode, isMtradeError } from '@mtrade/base';
import type { MtradeConfig } from '@mtrade/config';
import { cleanText, scrubSecrets } from '@mtrade/log';
import type { Command } from 'commander';
import pc from 'picocolors';
import type { Cli } from '../cli.js';
import { type Finding, ok, problem, warning } from '../doctor/finding.js';
import { compiler, nodeVersion } from '../doctor/machine.js';
import { refuseKnownFailures } from '../config-checks.js';
import { loadConfig } from '../load-config.js';

async function configuration(
  cli: Cli,
  command: Command,
): Promise<{ config: MtradeConfig | null; findings: Finding[] }> {
  try {
    const { config, source, warnings } = await loadConfig(cli, command);
    await refuseKnownFailures(config, source.file);
    const where = source.file ?? 'built-in defaults';
    const summary = ok('configuration', `${where}: ${config.mode} mode, ${config.pairs.length} pairs`);
    const notes = warnings.map((text) =>
      warning('configuration', text, 'see mtrade config check and docs/configuration.md'),
    );
    return { config, findings: [summary, ...notes] };
  } catch (error) {
    const remedy = isMtradeError(error, 'MTRADE_CONFIG')
      ? 'correct the named keys'
      : 'make the file readable';
    const findings = errorText(error)
      .split('\n')
      .map((line) => problem('configuration', line, remedy));
    return { config: null, findings };
  }
}

/** What depends on the configuration; a check that itself breaks is a finding, never the end of the others. */
async function environment(config: MtradeConfig, cli: Cli): Promise<Finding[]> {
  const guarded = async (check: string, run: () => Promise<Finding[]>): Promise<Finding[]> => {
    try {
      return await run();
    } catch (error) {
      return [problem(check, errorText(error), 'see the message')];
    }
  };
  const groups = await Promise.all([
    guarded('data directory', async () =>
      (await import('../doctor/data-dir.js')).dataDirectory(config.dataDir),
    ),
    guarded('secrets', async () => (await import('../doctor/account.js')).secrets(config, cli.env)),
    guarded('exchange', async () => (await import('../doctor/exchange.js')).exchange(config)),
    guarded('key', async () => {
      const { secretsOnDemand } = await import('../account-secrets.js');
      // A copy: reading the keys removes them from the environment, where another check looks for them, too.
      const load = await secretsOnDemand({ ...cli, env: { ...cli.env } }, config);
      return (await import('../doctor/key.js')).key(config, load);
    }),
    guarded('lock', async () => (await import('../doctor/lock.js')).lock(config)),
    guarded('database', async () => (await import('../doctor/books.js')).database(config)),
  ]);
  return groups.flat();
}

function print(cli: Cli, findings: readonly Finding[]): void {
  const colors = pc.createColors(cli.out.color);
  const paint = { ok: colors.green, warning: colors.yellow, problem: colors.red } as const;
  for (const { check, level, detail, remedy } of findings) {
    cli.out.line(`${paint[level](level.padEnd(7))}  ${check.padEnd(15)}  ${cleanText(scrubSecrets(detail))}`);
    if (remedy !== null) cli.out.line(`${' '.repeat(26)}-> ${cleanText(remedy)}`);
  }
}

export function addDoctorCommand(program: Command, cli: Cli): void {
  program
    .command('doctor')
    .description('check this machine, the configuration and the exchange, with what to do about each finding')
    .option('--json', 'one JSON object')
    .action(async ({ json }: { json?: true }, command: Command) => {
      const { config, findings } = await configuration(cli, command);
      const build = compiler(process.version, cli.env);
      const all = [
        nodeVersion(process.version),
        ...(build === null ? [] : [build]),
        ...findings,
        ...(config === null ? [] : await environment(config, cli)),
      ];
      const problems = all.filter((finding) => finding.level === 'problem').length;
      if (json) cli.out.json({ schema: 1, ok: problems === 0, findings: all });
      else print(cli, all);
      if (problems > 0) process.exitCode = ExitCode.runtimeError;
    });
}
