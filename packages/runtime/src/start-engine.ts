import { randomBytes } from 'node:crypto';
import { systemClock } from '@mtrade/base';
import { configFromDocument, type Secrets } from '@mtrade/config';
import { EngineProcess } from './engine-process.js';
import { type LogPlan, workerLogger } from './logging.js';
import type { RunningEngine, StartDeps, StartOptions } from './running-engine.js';

/**
 * Brings the engine up: lock, exchange, threads, control server. Whatever fails on the way is undone, so that a start
 * which did not happen leaves nothing behind. Throws MtradeError; its `exitCode` is the process's.
 */
export async function startEngine(options: StartOptions, deps: StartDeps = {}): Promise<RunningEngine> {
  const clock = deps.clock ?? systemClock;
  const config = configFromDocument(options.document);
  const secrets = options.secrets ?? paperSecrets();
  const logPlan: LogPlan = { ...options.log, version: options.version };
  const log = workerLogger('supervisor', { log: logPlan, secrets, alertSecrets: options.alertSecrets });
  const onEvent = deps.onEvent ?? (() => undefined);
  const engine = new EngineProcess(
    { ...options, config, secrets, logPlan },
    { clock, log, onEvent, onLocked: deps.onLocked ?? (() => undefined), service: deps.service ?? null },
  );
  await engine.start();
  return engine;
}

const paperSecrets = (): Secrets => ({
  apiKey: `paper-${randomBytes(8).toString('hex')}`,
  apiSecret: randomBytes(32).toString('hex'),
});
