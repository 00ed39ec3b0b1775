import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, MtradeError } from '@mtrade/base';
import type { MtradeConfig, Secrets } from '@mtrade/config';
import { silentLogger } from '@mtrade/log';
import { DEFAULT_USER_ID, openPaperExchange, startExchangeServer } from '@mtrade/market-sim';
import { type AccountReader, createGateAccountReader } from '@mtrade/venue';
import { openPriceSource } from '../paper/price-source.js';

/** The paper account lies here, as `start-engine.ts` puts it. */
const PAPER_DIRECTORY = 'paper-exchange';

/** An account opened for looking at it. */
export interface ExchangeAccount {
  readonly reader: AccountReader;
  readonly close: () => Promise<void>;
}

/**
 * The account that the configuration names, ready to be read; nothing can be changed through it.
 *
 * In paper mode the exchange is part of the engine. While none runs, a copy of its records is opened on loopback and
 * asked in the same way as a real one; the records themselves are left alone.
 *
 * Rejects with MTRADE_EXCHANGE_UNAVAILABLE when it does not answer, MTRADE_SECRET_MISSING without keys.
 */
export async function openAccount(
  config: MtradeConfig,
  secrets: Secrets | null,
  clock: Clock,
): Promise<ExchangeAccount> {
  if (config.mode === 'paper') return openPaperAccount(config, clock);
  const restUrl = config.exchange.restUrl ?? '';
  if (secrets === null)
    throw new MtradeError(
      'MTRADE_SECRET_MISSING',
      'no key of the account is there to ask the exchange with',
      {
        name: 'MTRADE_API_KEY',
      },
    );
  return connect(config, restUrl, secrets, clock, () => Promise.resolve());
}

async function connect(
  config: MtradeConfig,
  restUrl: string,
  secrets: Secrets,
  clock: Clock,
  cleanUp: () => Promise<void>,
): Promise<ExchangeAccount> {
  const { requestDeadlineMs } = config.engine;
  const reader = await createGateAccountReader({ restUrl, ...secrets, requestDeadlineMs }, clock);
  const close = async (): Promise<void> => {
    await reader.close();
    await cleanUp();
  };
  try {
    await reader.measureClock();
    return { reader, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openPaperAccount(config: MtradeConfig, clock: Clock): Promise<ExchangeAccount> {
  const records = join(config.dataDir, PAPER_DIRECTORY);
  if (!existsSync(records))
    throw new MtradeError('MTRADE_EXCHANGE_UNAVAILABLE', `${records} does not exist: no paper account yet`, {
      url: records,
    });
  const directory = mkdtempSync(join(tmpdir(), 'mtrade-look-'));
  const secrets = { apiKey: randomBytes(8).toString('hex'), apiSecret: randomBytes(32).toString('hex') };
  const undo: (() => unknown)[] = [() => rmSync(directory, { recursive: true, force: true })];
  const cleanUp = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    cpSync(records, directory, { recursive: true });
    const source = await openPriceSource(config, undefined, silentLogger);
    await source.close();
    const paper = openPaperExchange({
      dir: directory,
      exchange: { pairs: source.pairs },
      balances: {},
      nowMs: clock.epochMs(),
    });
    undo.push(() => paper.close());
    const server = await startExchangeServer(
      { apiKeys: [{ key: secrets.apiKey, secret: secrets.apiSecret, userId: DEFAULT_USER_ID }] },
      { exchange: paper.exchange },
    );
    undo.push(() => server.close());
    return await connect(config, server.restUrl, secrets, clock, cleanUp);
  } catch (error) {
    await cleanUp();
    throw error;
  }
}
