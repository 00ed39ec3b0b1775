import { cleanText } from '@mtrade/log';
import { Argument, type Command } from 'commander';
import { onOff, pairArgument } from '../arguments.js';
import type { Cli } from '../cli.js';
import { ControlClient } from '../control-client.js';
import { ENDPOINTS } from '../endpoints.js';
import type { Purpose } from '../guessed-home.js';
import { engineHome } from '../load-config.js';
import { amountText } from '../render/columns.js';
import { engineLine, noteOthers } from '../which-engine.js';

interface Request {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly purpose: Purpose;
}

/** Prints what has been done and by which engine. */
async function carryOut(
  cli: Cli,
  command: Command,
  { path, body, purpose }: Request,
  done: (answer: unknown) => readonly string[],
): Promise<void> {
  const { dataDir } = await engineHome(cli, command, purpose);
  const answer = await new ControlClient(dataDir).post(path, body);
  for (const line of [...done(answer), ...engineLine(answer)]) cli.out.say(line);
  await noteOthers(cli, command, dataDir);
}

const resultOf = (answer: unknown): Readonly<Record<string, unknown>> =>
  (answer as { result?: Readonly<Record<string, unknown>> | null } | null)?.result ?? {};

/** Other installations on the account that the operator has now said to be stopped. */
function acknowledged(answer: unknown): string[] {
  const ids = resultOf(answer)['acknowledged'];
  if (!Array.isArray(ids)) return [];
  const named = ids.map((id) => cleanText(String(id))).join(', ');
  return [`acknowledged: the installation ${named} does not trade on this account any more`];
}

interface UnknownStop {
  readonly stop_id: string;
  readonly amount: string;
  readonly stop_price: string;
}

/** What a reset has ended, and which coins it leaves on the account, in the engine's words. */
function resetLines(symbol: string, answer: unknown): string[] {
  const { cycle, coins_left: coins, cost, unknown_stops: stops } = resultOf(answer);
  const [base = '', quote = ''] = symbol.split('/');
  return [
    cycle === null
      ? `${symbol}: no cycle was open; the pair is paused now, mtrade resume ${symbol} lets it start`
      : `${symbol}: the cycle is reset and the pair is paused; mtrade resume ${symbol} starts anew`,
    ...(typeof coins !== 'string' || typeof cost !== 'string' || coins === '0'
      ? []
      : [
          `coins that stay on the account: ${cleanText(amountText(coins))} ${base}, cost ${cleanText(amountText(cost))} ${quote}`,
        ]),
    ...(Array.isArray(stops) ? stops : []).map(({ stop_id: id, amount, stop_price: at }: UnknownStop) =>
      [
        `stop ${cleanText(id)} lies at the exchange and these books do not know it:`,
        `it sells ${cleanText(amountText(amount))} ${base} at ${cleanText(at)}; cancel it there if it is not your own`,
      ].join(' '),
    ),
    ...awaited(
      answer,
      'it is booked on the cycle that was reset; if it has filled, its coins are yours and stay on the account',
    ),
  ];
}

/** An order of which nobody knows yet whether it has filled: neither a reset nor a resume ends that. */
function awaited(answer: unknown, then: string): string[] {
  const orders = resultOf(answer)['outcome_unknown'];
  if (!Array.isArray(orders)) return [];
  return (orders as { side?: unknown; client_order_id?: unknown }[]).map(
    ({ side, client_order_id: id }) =>
      `the outcome of its ${cleanText(String(side))} ${cleanText(String(id))} is not known yet and still looked for: ${then}`,
  );
}

const ANEW = 'a new cycle begins at once; pause the pair first to stay out';

/** About what is sold: the exchange has the last word on both. */
function sellLines(symbol: string, answer: unknown): string[] {
  const { amount, bid, starts_anew: anew } = resultOf(answer);
  const [base = '', quote = ''] = symbol.split('/');
  const what = typeof amount === 'string' ? ` of about ${cleanText(amountText(amount))} ${base}` : '';
  const at = typeof bid === 'string' ? `, the bid is ${cleanText(bid)} ${quote}` : '';
  return [
    `${symbol}: the sale${what} is ordered${at}`,
    'mtrade status shows its outcome',
    ...(anew === true ? [ANEW] : []),
  ];
}

const PAIR_HELP = 'pair such as ETH/USDT (ETH_USDT and ETHUSDT mean the same)';

interface PairCommand {
  readonly name: string;
  readonly description: string;
  readonly path: string;
  readonly purpose: Purpose;
  readonly done: (symbol: string, answer: unknown) => readonly string[];
}

const PAIR_COMMANDS: readonly PairCommand[] = [
  {
    name: 'reset',
    description: 'close the cycle in the books as reset and pause the pair; its coins stay on the account',
    path: ENDPOINTS.reset,
    purpose: 'act',
    done: resetLines,
  },
  {
    name: 'resume',
    description: 'let the pair start new cycles again',
    path: ENDPOINTS.resume,
    purpose: 'act',
    done: (symbol, answer) => [`${symbol}: resumed`, ...awaited(answer, 'the pair waits for it')],
  },
  {
    name: 'pause',
    description: 'start no new cycle; a running one goes on',
    path: ENDPOINTS.pause,
    purpose: 'hold',
    done: (symbol) => [`${symbol}: paused`],
  },
  {
    name: 'sell',
    description: `sell the whole position of the pair now; ${ANEW}`,
    path: ENDPOINTS.sellNow,
    purpose: 'act',
    done: sellLines,
  },
];

/** The operator's commands. Each is answered by the engine after its commit. */
export function addPairCommands(program: Command, cli: Cli): void {
  for (const { name, description, path, purpose, done } of PAIR_COMMANDS)
    program
      .command(name)
      .description(description)
      .argument('<pair>', PAIR_HELP)
      .action(async (pair: string, _options: unknown, command: Command) => {
        const symbol = await pairArgument(pair);
        await carryOut(cli, command, { path, body: { symbol }, purpose }, (answer) => done(symbol, answer));
      });

  program
    .command('permit')
    .description('allow or forbid the pair to trade')
    .argument('<pair>', PAIR_HELP)
    .addArgument(new Argument('<on|off>').argParser(onOff))
    .action(async (pair: string, on: boolean, _options: unknown, command: Command) => {
      const symbol = await pairArgument(pair);
      const request = { path: ENDPOINTS.permit, body: { symbol, on }, purpose: on ? 'act' : 'hold' } as const;
      await carryOut(cli, command, request, () => [
        `${symbol}: ${on ? 'permitted to trade' : 'forbidden to trade'}`,
      ]);
    });

  program
    .command('trading')
    .description('engine-wide switch: off sends no new order and follows those in flight')
    .addArgument(new Argument('<on|off>').argParser(onOff))
    .action(async (on: boolean, _options: unknown, command: Command) => {
      const request: Request = on
        ? { path: ENDPOINTS.tradingOn, body: {}, purpose: 'act' }
        : { path: ENDPOINTS.tradingOff, body: {}, purpose: 'hold' };
      await carryOut(cli, command, request, (answer) => [
        on ? 'trading is on' : 'trading is off',
        ...acknowledged(answer),
      ]);
    });
}
