import { errorText, MtradeError } from '@mtrade/base';
import type { Mode } from '@mtrade/config';
import { type Command, Option } from 'commander';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pairArgument, positiveDecimal } from '../arguments.js';
import type { Cli } from '../cli.js';
import { configOption } from '../load-config.js';

export interface Choices {
  readonly mode: Mode;
  readonly symbols: readonly string[];
  readonly baseOrder: string;
}

interface InitOptions {
  readonly mode?: Mode;
  readonly pairs?: string;
  readonly baseOrder?: string;
  readonly force?: true;
  readonly yes?: true;
}

const DEFAULT_SYMBOLS = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'XRP/USDT'];

const symbolsOf = async (text: string): Promise<string[]> => [
  ...new Set(await Promise.all(text.split(',').map((part) => pairArgument(part.trim())))),
];

async function choose(cli: Cli, options: InitOptions): Promise<Choices | null> {
  const given: Choices = {
    mode: options.mode ?? 'paper',
    symbols: options.pairs === undefined ? DEFAULT_SYMBOLS : await symbolsOf(options.pairs),
    baseOrder: options.baseOrder ?? '3',
  };
  const interactive = cli.out.isTty && process.stdin.isTTY && options.yes !== true;
  if (!interactive) return given;
  const { askChoices } = await import('../ask-choices.js');
  return askChoices(given);
}

/** The written file must pass the check; a template that does not would be our own mistake. */
async function checkedText(choices: Choices, path: string, cli: Cli): Promise<string> {
  const { configTemplate, resolveConfig } = await import('@mtrade/config');
  const text = configTemplate(choices);
  const fs = { readFile: () => Buffer.from(text), exists: () => true };
  // Without the environment: what it overrides today must not decide what the file says.
  resolveConfig({ argvPath: path, env: {}, cwd: cli.cwd, home: cli.home }, { fs });
  return text;
}

function writeFile(path: string, text: string, force: boolean): void {
  try {
    writeFileSync(path, text, { flag: force ? 'w' : 'wx', mode: 0o644 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new MtradeError('MTRADE_USAGE', `${path} exists already; --force overwrites it`, {});
    throw new MtradeError(
      'MTRADE_PERMISSION',
      `${path} cannot be written: ${errorText(error)}`,
      { path },
      { cause: error },
    );
  }
}

export function addInitCommand(program: Command, cli: Cli): void {
  program
    .command('init')
    .description('write a commented mtrade.toml here (or where --config says)')
    .addOption(new Option('--mode <mode>', 'mode of the engine').choices(['paper', 'testnet', 'live']))
    .option('--pairs <list>', 'pairs to trade, separated by commas')
    .option('--base-order <quote>', 'quote spent on the start of a cycle', positiveDecimal)
    .option('-y, --yes', 'ask nothing')
    .option('--force', 'overwrite an existing file')
    .action(async (options: InitOptions, command: Command) => {
      const path = resolve(cli.cwd, configOption(command) ?? 'mtrade.toml');
      const choices = await choose(cli, options);
      if (choices === null) return cli.note('nothing was written');
      writeFile(path, await checkedText(choices, path, cli), options.force === true);
      cli.out.line(`wrote ${path}`);
      cli.note('next: mtrade config check, mtrade ladder ETH/USDT --price 2500, mtrade start');
    });
}
