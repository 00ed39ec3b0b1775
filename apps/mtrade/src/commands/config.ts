import { ExitCode, isMtradeError } from '@mtrade/base';
import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { localLimits, onlyAtStart, refuseKnownFailures } from '../config-checks.js';
import { loadConfig } from '../load-config.js';
import { counted } from '../render/columns.js';
import { fundingWarnings } from '../funding.js';
import { AFTER_EDIT, compareWithRunning, differenceText } from '../running-config.js';

async function check(cli: Cli, command: Command, json: boolean): Promise<void> {
  try {
    const { config, source, warnings } = await loadConfig(cli, command);
    await refuseKnownFailures(config, source.file);
    const all = [...warnings, ...(await localLimits(config)), ...(await fundingWarnings(config))];
    const permitted = config.pairs.filter((pair) => pair.trade).length;
    const where = source.file ?? 'built-in defaults';
    const unchecked = onlyAtStart(config);
    if (json)
      return cli.out.json({
        schema: 1,
        ok: true,
        source: where,
        problems: [],
        warnings: all,
        only_at_start: unchecked,
      });
    for (const warning of all) cli.note(`warning: ${warning}`);
    cli.out.say(
      `configuration ok: ${where} (${config.mode} mode, ${counted(config.pairs.length, 'pair')}, ${permitted} permitted)`,
    );
    cli.out.say(`found out only at the start: ${unchecked}`);
  } catch (error) {
    if (!json || !isMtradeError(error, 'MTRADE_CONFIG')) throw error;
    const problems = error.message.split('\n');
    cli.out.json({ schema: 1, ok: false, source: error.facts.file ?? null, problems, warnings: [] });
    process.exitCode = ExitCode.badConfig;
  }
}

export function addConfigCommand(program: Command, cli: Cli): void {
  const group = program.command('config').description('check, show and describe the configuration');

  group
    .command('check')
    .description('name every problem and every warning; exit 78 when there is a problem')
    .option('--json', 'one JSON object')
    .action(({ json }: { json?: true }, command: Command) => check(cli, command, json === true));

  group
    .command('show')
    .description('print the configuration in force, with every default and override filled in')
    .option('--json', 'one JSON object')
    .action(async ({ json }: { json?: true }, command: Command) => {
      const resolved = await loadConfig(cli, command);
      const { document, source } = resolved;
      const running = await compareWithRunning(resolved);
      if (json) return cli.out.json({ schema: 1, source, config: document, running });
      const { configToml } = await import('@mtrade/config');
      cli.out.write(configToml(document, source));
      if (running === null || running.differences.length === 0) return;
      for (const one of running.differences) cli.note(`note: ${differenceText(one)}`);
      cli.note(`note: ${AFTER_EDIT}`);
    });

  group
    .command('schema')
    .description('print the JSON schema of the file, for editors')
    .action(async () => {
      const { configJsonSchema } = await import('@mtrade/config');
      cli.out.json(configJsonSchema());
    });

  group
    .command('docs')
    .description('print docs/configuration.md')
    .action(async () => {
      const { configMarkdown } = await import('@mtrade/config');
      cli.out.write(configMarkdown());
    });
}
