import { errorText, ExitCode, isMtradeError } from '@mtrade/base';
import type { MtradeConfig, ResolvedConfig } from '@mtrade/config';
import { cleanText, scrubSecrets } from '@mtrade/log';
import type { Command } from 'commander';
import pc from 'picocolors';
import type { Cli } from '../cli.js';
import { type Finding, ok, problem, warning } from '../doctor/finding.js';
import { compiler, nodeVersion } from '../doctor/machine.js';
import { refuseKnownFailures } from '../config-checks.js';
import { isUnusable, locate, readConfig } from '../load-config.js';
import { beside, counted } from '../render/columns.js';
import { withProgress } from '../render/progress.js';

async function configuration(
  cli: Cli,
  command: Command,
): Promise<{ resolved: ResolvedConfig | null; dataDir: string; findings: Finding[] }> {
  try {
    const resolved = await readConfig(cli, command);
    const { config, source, warnings } = resolved;
    await refuseKnownFailures(config, source.file);
    const { configFile } = await import('../doctor/config-file.js');
    const where = source.file ?? 'built-in defaults';
    const summary = ok(
      'configuration',
      `${where}: ${config.mode} mode, ${counted(config.pairs.length, 'pair')}`,
    );
    const notes = warnings.map((text) =>
      warning('configuration', text, 'see mtrade config check and docs/configuration.md'),
    );
    return { resolved, dataDir: config.dataDir, findings: [summary, ...notes, ...configFile(source.file)] };
  } catch (error) {
    if (!isUnusable(error)) throw error;
    const { path, namedBy, isGuess } = await locate(cli, command);
    const mend = isMtradeError(error, 'MTRADE_CONFIG') ? 'correct the named keys' : 'make the file readable';
    const use = isGuess
      ? `which engine is meant is a guess: views look at ${path} (${namedBy}), other commands want --data-dir`
      : `commands use the data directory ${path} (${namedBy})`;
    const remedy = `${mend}; until then no engine starts, and ${use}`;
    const findings = errorText(error)
      .split('\n')
      .map((line) => problem('configuration', line, remedy));
    return { resolved: null, dataDir: path, findings };
  }
}

type Check = readonly [name: string, run: () => Finding[] | Promise<Finding[]>];

/** What needs a whole configuration, in the order in which it is shown. */
const checksOf = (config: MtradeConfig, cli: Cli): readonly Check[] => [
  ['secrets', async () => (await import('../doctor/account.js')).secrets(config, cli.env)],
  ['exchange', async () => (await import('../doctor/exchange.js')).exchange(config)],
  [
    'key',
    async () => {
      const { secretsOnDemand } = await import('../account-secrets.js');
      // A copy: reading the keys removes them from the environment, where another check looks for them, too.
      const load = await secretsOnDemand({ ...cli, env: { ...cli.env } }, config);
      return (await import('../doctor/key.js')).key(config, load);
    },
  ],
  ['pair limits', async () => (await import('../doctor/pair-limits.js')).limits(config)],
];

/** What lies in the data directory. */
const checksIn = (dataDir: string, resolved: ResolvedConfig | null): readonly Check[] => [
  ['lock', async () => (await import('../doctor/lock.js')).lock(dataDir)],
  ['engine', async () => (await import('../doctor/engine.js')).engine(dataDir)],
  [
    'running config',
    async () =>
      resolved === null ? [] : (await import('../doctor/running-config.js')).runningConfig(resolved),
  ],
  [
    'database',
    async () => (await import('../doctor/books.js')).database(dataDir, resolved?.config.mode ?? null),
  ],
];

async function checksFor(
  cli: Cli,
  dataDir: string,
  resolved: ResolvedConfig | null,
): Promise<readonly Check[]> {
  const { dataDirectory, unusable } = await import('../doctor/data-dir.js');
  return [
    ['data directory', () => dataDirectory(dataDir)],
    ...(resolved === null ? [] : checksOf(resolved.config, cli)),
    // Where nothing can lie, nothing is looked for.
    ...(unusable(dataDir) === null ? checksIn(dataDir, resolved) : []),
    ['service unit', async () => (await import('../doctor/service-unit.js')).serviceUnit(cli)],
  ];
}

/** All at once; a check that itself breaks is a finding, never the end of the others. */
async function runChecks(checks: readonly Check[], cli: Cli): Promise<Finding[]> {
  const waiting = new Set(checks.map(([name]) => name));
  return withProgress(cli.err, async (say) => {
    const tell = (): void => say(`checking ${[...waiting].join(', ')}`);
    tell();
    const groups = await Promise.all(
      checks.map(async ([name, run]) => {
        try {
          return await run();
        } catch (error) {
          return [problem(name, errorText(error), 'see the message')];
        } finally {
          waiting.delete(name);
          tell();
        }
      }),
    );
    return groups.flat();
  });
}

const MARGIN = 26;

function print(cli: Cli, findings: readonly Finding[]): void {
  const colors = pc.createColors(cli.out.color);
  const paint = { ok: colors.green, warning: colors.yellow, problem: colors.red } as const;
  const width = cli.out.isTty ? cli.out.columns() : null;
  const tell = (head: string, text: string): void => {
    for (const line of beside(head, cleanText(scrubSecrets(text)), width)) cli.out.line(line);
  };
  for (const { check, level, detail, remedy } of findings) {
    tell(`${paint[level](level.padEnd(7))}  ${check.padEnd(MARGIN - 11)}  `, detail);
    if (remedy !== null) tell(' '.repeat(MARGIN), `-> ${remedy}`);
  }
}

function verdict(findings: readonly Finding[]): string {
  const count = (level: Finding['level']): number => findings.filter((one) => one.level === level).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  if (problems + warnings === 0) return 'nothing is wrong';
  return `${counted(problems, 'problem')}, ${counted(warnings, 'warning')}`;
}

export function addDoctorCommand(program: Command, cli: Cli): void {
  program
    .command('doctor')
    .description(
      'check this machine, the configuration, the exchange, the engine and its books; exit 1 on a problem',
    )
    .option('--json', 'one JSON object')
    .action(async ({ json }: { json?: true }, command: Command) => {
      const { resolved, dataDir, findings } = await configuration(cli, command);
      const checked = await runChecks(await checksFor(cli, dataDir, resolved), cli);
      const isInstalled = !checked.some(({ check }) => check === 'database module');
      const build = compiler(process.version, cli.env, isInstalled);
      const all = [nodeVersion(process.version), ...(build === null ? [] : [build]), ...findings, ...checked];
      const problems = all.filter((finding) => finding.level === 'problem').length;
      if (json) cli.out.json({ schema: 1, ok: problems === 0, findings: all });
      else {
        print(cli, all);
        cli.out.line(verdict(all));
      }
      if (problems > 0) process.exitCode = ExitCode.runtimeError;
    });
}
