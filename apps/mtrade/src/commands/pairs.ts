import { cleanText } from '@mtrade/log';
import { Argument, type Command } from 'commander';
import { onOff, pairArgument } from '../arguments.js';
import type { Cli } from '../cli.js';
import { ControlClient } from '../control-client.js';
import { ENDPOINTS } from '../endpoints.js';
import type { Purpose } from '../guessed-home.js';
import { engineHome } from '../load-config.js';
import { amountText } from '../render/columns.js';

interface Request {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly purpose: Purpose;
}

async function ask(cli: Cli, command: Command, { path, body, purpose }: Request): Promise<unknown> {
  const { dataDir } = await engineHome(cli, command, purpose);
  return new ControlClient(dataDir).post(path, body);
}

/** Other installations on the account that the operator has now said to be stopped. */
function acknowledged(answer: unknown): string[] {
  const { result } = (answer ?? {}) as { result?: { acknowledged?: unknown } | null };
  const ids = result?.acknowledged;
  if (!Array.isArray(ids)) return [];
  const named = ids.map((id) => cleanText(String(id))).join(', ');
  return [`acknowledged: the installation ${named} does not trade on this account any more`];
}

/** What a reset has ended, and which coins it leaves on the account, in the engine's words. */
function resetLines(symbol: string, answer: unknown): string[] {
  const { result } = (answer ?? {}) as { result?: Readonly<Record<string, unknown>> | null };
  const { cycle, coins_left: coins, cost } = result ?? {};
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
    done: (symbol) => [`${symbol}: resumed`],
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
    description: 'sell the whole position of the pair now',
    path: ENDPOINTS.sellNow,
    purpose: 'act',
    done: (symbol) => [`${symbol}: the sale is ordered; mtrade status shows its outcome`],
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
        const answer = await ask(cli, command, { path, body: { symbol }, purpose });
        for (const line of done(symbol, answer)) cli.out.say(line);
      });

  program
    .command('permit')
    .description('allow or forbid the pair to trade')
    .argument('<pair>', PAIR_HELP)
    .addArgument(new Argument('<on|off>').argParser(onOff))
    .action(async (pair: string, on: boolean, _options: unknown, command: Command) => {
      const symbol = await pairArgument(pair);
      await ask(cli, command, { path: ENDPOINTS.permit, body: { symbol, on }, purpose: on ? 'act' : 'hold' });
      cli.out.say(`${symbol}: ${on ? 'permitted to trade' : 'forbidden to trade'}`);
    });

  program
    .command('trading')
    .description('engine-wide switch: off sends no new order and follows those in flight')
    .addArgument(new Argument('<on|off>').argParser(onOff))
    .action(async (on: boolean, _options: unknown, command: Command) => {
      const answer = await ask(
        cli,
        command,
        on
          ? { path: ENDPOINTS.tradingOn, body: {}, purpose: 'act' }
          : { path: ENDPOINTS.tradingOff, body: {}, purpose: 'hold' },
      );
      cli.out.say(on ? 'trading is on' : 'trading is off');
      for (const line of acknowledged(answer)) cli.out.say(line);
    });
}
