import { errorText, ExitCode, systemClock } from '@mtrade/base';
import type { MtradeConfig } from '@mtrade/config';
import type { Exchange, ExchangeServer, PriceDriver } from '@mtrade/market-sim';
import type { Command } from 'commander';
import { randomBytes } from 'node:crypto';
import { wholeNumber } from '../arguments.js';
import type { Cli } from '../cli.js';
import { loadConfig } from '../load-config.js';

interface Embedded {
  readonly exchange: Exchange;
  readonly server: ExchangeServer;
  readonly prices: PriceDriver;
}

interface Access {
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly adminToken: string;
}

const newAccess = (): Access => ({
  apiKey: `sim-${randomBytes(8).toString('hex')}`,
  apiSecret: randomBytes(32).toString('hex'),
  adminToken: randomBytes(16).toString('hex'),
});

/**
 * The simulated market in memory: one account with the balances of `[paper]`, forgotten at the end. It may run for
 * months, so it keeps as much of the past as the embedded one.
 */
async function open(cli: Cli, config: MtradeConfig, port: number, access: Access): Promise<Embedded> {
  const [market, { text }] = await Promise.all([import('@mtrade/market-sim'), import('@mtrade/money')]);
  const { DEFAULT_USER_ID, Exchange, PAPER_RETENTION, PriceDriver, SimulatedSource, startExchangeServer } =
    market;
  const source = new SimulatedSource({ seed: config.paper.seed });
  const exchange = new Exchange({ pairs: source.pairs, retention: PAPER_RETENTION });
  for (const [coin, amount] of Object.entries(config.paper.balances))
    exchange.deposit(DEFAULT_USER_ID, coin, text(amount), systemClock.epochMs(), 'start');
  const server = await startExchangeServer(
    {
      port,
      apiKeys: [{ key: access.apiKey, secret: access.apiSecret, userId: DEFAULT_USER_ID }],
      adminToken: access.adminToken,
    },
    { exchange },
  );
  const prices = new PriceDriver({
    source,
    exchange,
    clock: systemClock,
    speed: 1,
    onError: (reason) => cli.note(`mtrade: prices stand still: ${errorText(reason)}`),
  });
  const priced = everyPairPriced(exchange);
  prices.start();
  await priced;
  return { exchange, server, prices };
}

/** Who is told the address may trade at once: an exchange without a price would refuse the first order. */
function everyPairPriced(exchange: Exchange): Promise<void> {
  const missing = new Set(exchange.pairs.map(({ symbol }) => symbol));
  return new Promise((resolve) => {
    const unsubscribe = exchange.subscribe({
      onQuote: (symbol) => {
        missing.delete(symbol);
        if (missing.size > 0) return;
        unsubscribe();
        resolve();
      },
    });
  });
}

function describe(cli: Cli, { server }: Embedded, access: Access, json: boolean): void {
  const { restUrl, wsUrl } = server;
  const { apiKey, apiSecret, adminToken } = access;
  if (json) {
    const facts = {
      rest_url: restUrl,
      ws_url: wsUrl,
      api_key: apiKey,
      api_secret: apiSecret,
      admin_token: adminToken,
    };
    return cli.out.line(JSON.stringify({ schema: 1, ...facts }));
  }
  cli.out.write(
    [
      'embedded exchange, Gate.io spot v4, simulated prices, no real money',
      `rest_url    ${restUrl}`,
      `ws_url      ${wsUrl}`,
      `api key     ${apiKey}`,
      `api secret  ${apiSecret}`,
      `admin       ${adminToken} (header x-sim-token, routes below /sim)`,
      'Ctrl-C ends it and forgets everything.',
      '',
    ].join('\n'),
  );
}

export function addExchangeCommand(program: Command, cli: Cli): void {
  program
    .command('exchange')
    .description('run the embedded exchange alone, for tests of anything that speaks Gate.io spot v4')
    .option('--port <number>', 'port on 127.0.0.1; 0 takes any free one', wholeNumber(0, 65_535), 0)
    .option('--json', 'print address and keys as one JSON line')
    .action(async ({ port, json }: { port: number; json?: true }, command: Command) => {
      const { config } = await loadConfig(cli, command);
      const stop = cli.interrupted();
      const access = newAccess();
      const embedded = await open(cli, config, port, access);
      describe(cli, embedded, access, json === true);
      await new Promise<void>((resolve) => {
        if (stop.aborted) resolve();
        stop.addEventListener('abort', () => resolve(), { once: true });
      });
      await embedded.prices.stop();
      await embedded.server.close();
      process.exitCode = ExitCode.ok;
    });
}
