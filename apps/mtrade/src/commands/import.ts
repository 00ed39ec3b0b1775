import { errorText, MtradeError } from '@mtrade/base';
import type { Command } from 'commander';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Cli } from '../cli.js';
import type { TranslatedBot } from '../import-3commas/translate.js';
import { ladderCheck } from '../load-config.js';

interface ImportOptions {
  readonly out: string;
  readonly json?: true;
}

const MAX_BYTES = 16 * 1024 * 1024;

function readInput(path: string): string {
  try {
    const data = readFileSync(path);
    if (data.length <= MAX_BYTES) return data.toString('utf8');
  } catch (error) {
    throw new MtradeError(
      'MTRADE_USAGE',
      `${path} cannot be read: ${errorText(error)}`,
      {},
      { cause: error },
    );
  }
  throw new MtradeError('MTRADE_USAGE', `${path} is too large for the JSON of a bot`, {});
}

/** A pair has one ladder, so it can come from one bot only. */
function refuseTwice(bots: readonly TranslatedBot[], file: string): void {
  const owner = new Map<string, string>();
  for (const { name, symbols } of bots)
    for (const symbol of symbols) {
      const other = owner.get(symbol);
      if (other !== undefined)
        throw new MtradeError(
          'MTRADE_CONFIG',
          `${file}: ${symbol} stands twice (bots ${JSON.stringify(other)} and ${JSON.stringify(name)}); a pair has one ladder: take one of them out`,
          { key: 'pairs', file },
        );
      owner.set(symbol, name);
    }
}

/** The written file must pass the check that a start makes; its warnings are for the person. */
async function checked(cli: Cli, text: string, path: string): Promise<readonly string[]> {
  const { resolveConfig } = await import('@mtrade/config');
  const fs = { readFile: () => Buffer.from(text), exists: () => true };
  const checkLadder = await ladderCheck();
  return resolveConfig({ argvPath: path, env: {}, cwd: cli.cwd, home: cli.home }, { fs, checkLadder })
    .warnings;
}

function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o644 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new MtradeError('MTRADE_USAGE', `${path} is there already: name another one with --out`, {});
    const what = `${path} cannot be written: ${errorText(error)}`;
    throw new MtradeError('MTRADE_PERMISSION', what, { path }, { cause: error });
  }
}

const count = (bots: readonly TranslatedBot[], verdict: string): number =>
  bots.flatMap(({ fields }) => fields).filter((field) => field.verdict === verdict).length;

async function importBots(cli: Cli, file: string, { out, json }: ImportOptions): Promise<void> {
  const [{ readBots }, { translateBot }, { configText }, { renderImport }, { text }] = await Promise.all([
    import('../import-3commas/read-bots.js'),
    import('../import-3commas/translate.js'),
    import('../import-3commas/config-text.js'),
    import('../render/import-3commas.js'),
    import('@mtrade/money'),
  ]);
  const source = resolve(cli.cwd, file);
  const bots = readBots(readInput(source), file).map((bot, index) => translateBot(bot, index, file));
  refuseTwice(bots, file);
  const path = resolve(cli.cwd, out);
  const config = configText(bots, basename(source));
  const warnings = await checked(cli, config, path);
  writeNew(path, config);
  if (json === true)
    return cli.out.json({
      schema: 1,
      file: path,
      warnings,
      bots: bots.map(({ name, symbols, trade, ladder, fields, theirs, ours }) => ({
        name,
        symbols,
        trade,
        ladder,
        fields,
        orders: theirs.map((order, index) => ({
          order: index,
          drop_pct: [text(order.dropPct), text(ours[index]?.dropPct ?? order.dropPct)],
          volume: [text(order.purchase), text(ours[index]?.purchase ?? order.purchase)],
          profit_pct: [text(order.profitPct), text((ours[index]?.profitPct ?? order.profitPct).round(8))],
        })),
      })),
    });
  for (const bot of bots) cli.out.write(`${renderImport(bot, cli.out.columns())}\n`);
  for (const warning of warnings) cli.note(`warning: ${warning}`);
  cli.out.say(
    `${count(bots, 'exact')} settings exact (=), ${count(bots, 'approximated')} approximated (~), ` +
      `${count(bots, 'not supported')} not supported (!)`,
  );
  cli.out.say(`written: ${path}`);
  cli.out.say('It trades on paper. Next: mtrade config check, mtrade ladder PAIR --price P');
}

export function addImportCommand(program: Command, cli: Cli): void {
  program
    .command('import')
    .description('make a configuration from the settings of another program')
    .command('3commas')
    .description("a DCA bot's JSON, one or a list; prints what became of every setting")
    .argument('<file>', 'as the API of 3Commas gives a bot')
    .option('--out <file>', 'the new configuration; never overwritten', 'mtrade.toml')
    .option('--json', 'one JSON object')
    .action((file: string, options: ImportOptions) => importBots(cli, file, options));
}
