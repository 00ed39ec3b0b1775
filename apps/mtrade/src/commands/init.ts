import { errorText, MtradeError } from '@mtrade/base';
import type { Mode, MtradeConfig } from '@mtrade/config';
import { type Command, Option } from 'commander';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Choices } from '../ask-choices.js';
import { pairsArgument, positiveDecimal } from '../arguments.js';
import type { Cli } from '../cli.js';
import { refuseKnownFailures } from '../config-checks.js';
import { configOption } from '../load-config.js';

interface InitOptions {
  readonly mode?: Mode;
  readonly pairs?: string;
  readonly baseOrder?: string;
  readonly trade?: boolean;
  readonly force?: true;
  readonly yes?: true;
}

const DEFAULT_SYMBOLS = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'XRP/USDT'];

async function choose(cli: Cli, options: InitOptions): Promise<Choices | null> {
  const mode = options.mode ?? 'paper';
  const given: Choices = {
    mode,
    symbols: options.pairs === undefined ? DEFAULT_SYMBOLS : await pairsArgument(options.pairs),
    baseOrder: options.baseOrder ?? '3',
    trade: options.trade ?? mode !== 'live',
  };
  const interactive = cli.out.isTty && process.stdin.isTTY && options.yes !== true;
  if (!interactive) return given;
  const { askChoices } = await import('../ask-choices.js');
  const chosen = await askChoices(given);
  // Real money is never permitted by a file that a program wrote, unless it was asked for.
  return chosen && { ...chosen, trade: options.trade ?? chosen.mode !== 'live' };
}

/** The written file must pass the check; a template that does not would be our own mistake. */
async function checkedText(
  choices: Choices,
  path: string,
  cli: Cli,
): Promise<{ text: string; config: MtradeConfig }> {
  const { configTemplate, resolveConfig } = await import('@mtrade/config');
  const text = configTemplate(choices);
  const fs = { readFile: () => Buffer.from(text), exists: () => true };
  // Without the environment: what it overrides today must not decide what the file says.
  const { config } = resolveConfig({ argvPath: path, env: {}, cwd: cli.cwd, home: cli.home }, { fs });
  await refuseKnownFailures(config, null);
  return { text, config };
}

/** What the choices come to: the sum that the whole ladders need, and whether anything will be bought. */
async function consequences({ trade }: Choices, config: MtradeConfig): Promise<string[]> {
  const { wholeLadders } = await import('../funding.js');
  const sums = await wholeLadders(config.pairs);
  return [
    ...[...sums].map(
      ([coin, { total, pairs }]) =>
        `the whole ${pairs === 1 ? 'ladder of 1 pair needs' : `ladders of ${pairs} pairs need`} ${total.toFixed()} ${coin}`,
    ),
    ...(trade
      ? []
      : ['the pairs may not trade yet (trade = false): set it to true, or mtrade permit PAIR on']),
  ];
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
    .option('--trade', 'permit the pairs to trade at once, also in live mode')
    .option('--no-trade', 'forbid the pairs to trade until they are permitted (live mode: the default)')
    .option('-y, --yes', 'ask nothing')
    .option('--force', 'overwrite an existing file')
    .action(async (options: InitOptions, command: Command) => {
      const path = resolve(cli.cwd, configOption(command) ?? 'mtrade.toml');
      const choices = await choose(cli, options);
      if (choices === null) return cli.note('nothing was written');
      const { text, config } = await checkedText(choices, path, cli);
      writeFile(path, text, options.force === true);
      cli.out.line(`wrote ${path}`);
      for (const line of await consequences(choices, config)) cli.out.line(line);
      cli.note('next: mtrade config check, mtrade ladder ETH/USDT --price 2500, mtrade start');
    });
}
