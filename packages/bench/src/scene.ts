import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pairNames } from './engine/engine-config.js';
import { EngineProcess } from './engine/engine-process.js';
import { ExchangeProcess } from './exchange/exchange-process.js';

export interface SceneOptions {
  readonly commandLine: string;
  /** Below it the engine's directory is made. */
  readonly workDir: string;
  readonly pairs: number;
  /** Default: all of them. */
  readonly traded?: number;
}

/** An engine and its own exchange, each in a process of its own, both ready; prices have not begun. */
export interface Scene {
  readonly exchange: ExchangeProcess;
  readonly engine: EngineProcess;
  readonly close: () => Promise<void>;
}

/** A start compares the account with its books before it buys; prices that come earlier would only wait. */
const COMPARED_MS = 1_000;

export async function openScene(options: SceneOptions): Promise<Scene> {
  const { commandLine, workDir, pairs, traded = pairs } = options;
  const symbols = pairNames(pairs);
  const keys = { apiKey: randomUUID(), apiSecret: randomUUID() };
  const exchange = await ExchangeProcess.start({ symbols, traded, buysAgain: true, ...keys });
  try {
    const engine = await EngineProcess.start({
      commandLine,
      directory: join(workDir, `e-${randomUUID().slice(0, 4)}`),
      symbols,
      traded,
      addresses: exchange.addresses,
      ...keys,
    });
    await sleep(COMPARED_MS);
    return {
      exchange,
      engine,
      close: async () => {
        await engine.close();
        exchange.close();
      },
    };
  } catch (error) {
    exchange.close();
    throw error;
  }
}
