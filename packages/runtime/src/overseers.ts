import type { Clock } from '@mtrade/base';
import type { AlertSecrets, MtradeConfig } from '@mtrade/config';
import type { Logger } from '@mtrade/log';
import { Alerter, alertChannels, alertSource } from './alerts/index.js';
import { AutoBackup } from './backups/auto-backup.js';
import type { StatusJson } from './control/index.js';

export interface OverseerOptions {
  readonly config: MtradeConfig;
  readonly version: string;
  readonly databasePath: string;
  readonly alertSecrets?: AlertSecrets | undefined;
}

export interface OverseerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly status: () => Promise<StatusJson>;
}

const ALERT_LOOK_MS = 5_000;
const ALERT_RETRY_MS = 2_000;

/** Who watches over the engine and the books: made before anything can go wrong, started when all is up. */
export function createOverseers(
  {
    config,
    version,
    databasePath,
    alertSecrets = { webhookSecret: null, telegramToken: null },
  }: OverseerOptions,
  { status, ...deps }: OverseerDeps,
): { readonly alerter: Alerter; readonly backup: AutoBackup } {
  const { alerts, dataDir } = config;
  const alerter = new Alerter(
    {
      dataDir,
      lookEveryMs: ALERT_LOOK_MS,
      firstRetryMs: ALERT_RETRY_MS,
      unknownAfterMs: alerts.unknownAfterS * 1_000,
      disconnectedAfterMs: alerts.disconnectedAfterS * 1_000,
      queueSize: alerts.queueSize,
      timeoutMs: alerts.timeoutMs,
      attempts: alerts.attempts,
      maxPerMinute: alerts.maxPerMinute,
    },
    {
      ...deps,
      channels: alertChannels(config, alertSecrets, alertSource(config, version), deps),
      status,
    },
  );
  const backup = new AutoBackup(
    { databasePath, dataDir, ...config.backup },
    {
      ...deps,
      onResult: (failure) =>
        failure === null
          ? alerter.resolve('backup.failed', null)
          : alerter.raise('backup.failed', null, `the automatic backup failed: ${failure}`),
    },
  );
  return { alerter, backup };
}
