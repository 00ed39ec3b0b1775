import type { HistoryAnswers, HistoryQuestion } from '@mtrade/runtime';
import { type Command, Option } from 'commander';
import { timeArgument, timeZone, wholeNumber } from '../arguments.js';
import type { Cli } from '../cli.js';
import { knownPair, openBooks, spanOf } from '../history-span.js';
import { engineHome } from '../load-config.js';
import { renderProfit } from '../render/profit.js';
import { renderCycles, renderTrades } from '../render/reports.js';

interface SpanOptions {
  readonly from?: number;
  readonly to?: number;
  readonly json?: true;
}
interface PageOptions extends SpanOptions {
  readonly limit: number;
}

const MAX_ROWS = 1_000;

/** Answers from the books, beside a running engine or without one. */
async function ask<Q extends HistoryQuestion>(
  cli: Cli,
  command: Command,
  question: Q,
): Promise<HistoryAnswers[Q['about']]> {
  const { dataDir, config } = await engineHome(cli, command, 'read');
  const { answerFromBooks } = await import('@mtrade/runtime');
  const reader = await openBooks(dataDir);
  try {
    if ('filter' in question) knownPair(reader, config, question.filter.symbol);
    return answerFromBooks(reader, question) as HistoryAnswers[Q['about']];
  } finally {
    reader.close();
  }
}

/** `trades`, `cycles` and `profit` take the same span of time. */
const report = (program: Command, name: string, description: string): Command =>
  program
    .command(name)
    .description(description)
    .argument('[pair]', 'only this pair')
    .option('--from <time>', 'from this day or moment on (2026-11-21, 2026-11-21T10:00Z)', timeArgument)
    .option('--to <time>', 'up to but not including this one', timeArgument)
    .option('--json', 'one JSON object');

const limited = (command: Command): Command =>
  command.option(
    '--limit <rows>',
    `how many, the newest first, at most ${MAX_ROWS}`,
    wholeNumber(1, MAX_ROWS),
    20,
  );

export function addReportCommands(program: Command, cli: Cli): void {
  limited(report(program, 'trades', 'list booked trades with what they cost and their fees')).action(
    async (pair: string | undefined, { limit, ...options }: PageOptions, command: Command) => {
      const filter = { ...(await spanOf(pair, options)), limit };
      const answer = await ask(cli, command, { about: 'trades', filter });
      return options.json ? cli.out.json(answer) : cli.out.write(renderTrades(answer));
    },
  );

  limited(report(program, 'cycles', 'list the cycles that have ended with what they earned')).action(
    async (pair: string | undefined, { limit, ...options }: PageOptions, command: Command) => {
      const filter = { ...(await spanOf(pair, options)), limit };
      const answer = await ask(cli, command, { about: 'cycles', filter });
      return options.json ? cli.out.json(answer) : cli.out.write(renderCycles(answer));
    },
  );

  report(program, 'profit', 'what the cycles have earned after fees, per day of their end or per pair')
    .addOption(new Option('--by <what>', 'a line per').choices(['day', 'pair']).default('day'))
    .option('--tz <zone>', 'where a day begins, such as Europe/Berlin', timeZone, 'UTC')
    .action(
      async (
        pair: string | undefined,
        { by, tz, ...options }: SpanOptions & { by: 'day' | 'pair'; tz: string },
        command: Command,
      ) => {
        const filter = await spanOf(pair, options);
        const answer = await ask(cli, command, { about: 'profit', by, timeZone: tz, filter });
        return options.json
          ? cli.out.json(answer)
          : cli.out.write(renderProfit(answer, { upToNow: options.to === undefined }));
      },
    );
}
