import { errorText, MtradeError } from '@mtrade/base';
import type { Mode, MtradeConfig } from '@mtrade/config';
import { type Command, Option } from 'commander';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Choices } from '../ask-choices.js';
import { pairsArgument, positiveDecimal } from '../arguments.js';
import type { Cli } from '../cli.js';
import { refuseKnownFailures } from '../config-checks.js';
import { type ChosenDataDir, dataDirFor } from '../init-data-dir.js';
import { configOption, dataDirOption } from '../load-config.js';
import { counted } from '../render/columns.js';

interface InitOptions {
  readonly mode?: Mode;
  readonly pairs?: string;
  readonly baseOrder?: string;
  readonly trade?: boolean;
  readonly force?: true;
  readonly yes?: true;
}

const DEFAULT_SYMBOLS = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'XRP/USDT'];

const isInteractive = (cli: Cli, { yes }: InitOptions): boolean =>
  cli.out.isTty && process.stdin.isTTY && yes !== true;

async function choose(cli: Cli, options: InitOptions): Promise<Choices | null> {
  const mode = options.mode ?? 'paper';
  const given: Choices = {
    mode,
    symbols: options.pairs === undefined ? DEFAULT_SYMBOLS : await pairsArgument(options.pairs),
    baseOrder: options.baseOrder ?? '3',
    trade: options.trade ?? mode !== 'live',
  };
  if (!isInteractive(cli, options)) return given;
  const { askChoices } = await import('../ask-choices.js');
  const chosen = await askChoices(given);
  // Real money is never permitted by a file that a program wrote, unless it was asked for.
  return chosen && { ...chosen, trade: options.trade ?? chosen.mode !== 'live' };
}

/** The written file must pass the check; a template that does not would be our own mistake. */
async function checkedText(
  choices: Choices,
  dataDir: ChosenDataDir | null,
  path: string,
  cli: Cli,
): Promise<{ text: string; config: MtradeConfig }> {
  const { configTemplate, resolveConfig } = await import('@mtrade/config');
  const text = configTemplate({ ...choices, ...(dataDir !== null && { dataDir: dataDir.path }) });
  const fs = { readFile: () => Buffer.from(text), exists: () => true };
  // Without the environment: what it overrides today must not decide what the file says.
  const { config } = resolveConfig({ argvPath: path, env: {}, cwd: cli.cwd, home: cli.home }, { fs });
  await refuseKnownFailures(config, null);
  return { text, config };
}

/** What the choices come to: the sum that the whole ladders need, and whether anything will be bought. */
async function consequences(
  { trade }: Choices,
  dataDir: ChosenDataDir | null,
  config: MtradeConfig,
): Promise<string[]> {
  const { wholeLadders } = await import('../funding.js');
  const sums = await wholeLadders(config.pairs);
  return [
    ...[...sums].map(
      ([coin, { total, pairs }]) =>
        `the whole ${pairs === 1 ? 'ladder of 1 pair needs' : `ladders of ${pairs} pairs need`} ${total.toFixed()} ${coin}`,
    ),
    ...(dataDir === null ? [] : [`the books go to ${dataDir.path}: ${dataDir.why}`]),
    ...(trade
      ? []
      : ['the pairs may not trade yet (trade = false): set it to true, or mtrade permit PAIR on']),
  ];
}

const isThere = (path: string): MtradeError =>
  new MtradeError(
    'MTRADE_USAGE',
    `${path} is there already and stays; --force keeps it under another name and writes a new one, --config writes elsewhere`,
    {},
  );

/** `mtrade.toml.old`, or the first such name with a number that is free. */
function freeName(path: string): string {
  for (let n = 1; ; n += 1) {
    const name = `${path}.old${n === 1 ? '' : `.${n}`}`;
    if (!existsSync(name)) return name;
  }
}

/** Puts what is there aside if it may be; where it went, or null. */
function putAside(path: string, force: boolean): string | null {
  if (!existsSync(path)) return null;
  if (!force) throw isThere(path);
  const aside = freeName(path);
  renameSync(path, aside);
  return aside;
}

function writeFile(path: string, text: string, force: boolean): string | null {
  try {
    const aside = putAside(path, force);
    writeFileSync(path, text, { flag: 'wx', mode: 0o644 });
    return aside;
  } catch (error) {
    if (error instanceof MtradeError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw isThere(path);
    throw new MtradeError(
      'MTRADE_PERMISSION',
      `${path} cannot be written: ${errorText(error)}`,
      { path },
      { cause: error },
    );
  }
}

/** The commands to go on with, as they have to be typed here. */
function nextSteps({ env, cwd }: Cli, path: string, [first = 'ETH/USDT']: readonly string[]): string[] {
  const program = env['npm_command'] === 'exec' ? 'npx mtrade' : 'mtrade';
  const config = path === join(cwd, 'mtrade.toml') ? '' : ` --config ${path}`;
  return [
    'next:',
    `  ${program} config check${config}`,
    `  ${program} ladder ${first} --price P${config}`,
    `  ${program} doctor${config}`,
    `  ${program} start${config}`,
  ];
}

async function init(cli: Cli, command: Command, options: InitOptions): Promise<void> {
  const path = resolve(cli.cwd, configOption(command) ?? 'mtrade.toml');
  const force = options.force === true;
  // Before a person answers questions for nothing.
  if (existsSync(path) && !force) throw isThere(path);
  const choices = await choose(cli, options);
  if (choices === null) return cli.note('nothing was written');
  const dataDir = await dataDirFor(cli, choices.mode, dataDirOption(command));
  const { text, config } = await checkedText(choices, dataDir, path, cli);
  const told = await consequences(choices, dataDir, config);
  const asks = isInteractive(cli, options);
  if (asks) {
    const { askToWrite } = await import('../ask-choices.js');
    if (!(await askToWrite(path, told))) return cli.note('nothing was written');
  }
  const aside = writeFile(path, text, force);
  cli.out.say(`wrote ${path}, checked: ${config.mode} mode, ${counted(config.pairs.length, 'pair')}`);
  if (aside !== null) cli.out.say(`what was there is kept as ${aside}`);
  if (!asks) for (const line of told) cli.out.say(line);
  for (const line of nextSteps(cli, path, choices.symbols)) cli.note(line);
}

export function addInitCommand(program: Command, cli: Cli): void {
  program
    .command('init')
    .description('write a commented mtrade.toml here (or where --config says)')
    .addOption(new Option('--mode <mode>', 'mode of the engine').choices(['paper', 'testnet', 'live']))
    .option('--pairs <list>', 'pairs to trade, separated by commas')
    .option('--base-order <quote>', 'quote spent on the start of a cycle', positiveDecimal)
    .option('--trade', 'permit the pairs to trade at once, also in live mode')
    .option('--no-trade', 'forbid the pairs to trade until they are permitted (live mode: the default)')
    .option('-y, --yes', 'ask nothing')
    .option('--force', 'write anew where a file is; the old one is kept under another name')
    .action((options: InitOptions, command: Command) => init(cli, command, options));
}
