import { createLogger, type Logger, type LogLevel, registerSecret } from '@mtrade/log';
import type { AlertSecrets, Secrets } from '@mtrade/config';

/** How every thread of one engine logs: plain data, so that it goes to workers at birth. */
export interface LogPlan {
  readonly level: LogLevel;
  readonly version: string;
  /** 2 is stderr; a path is appended to. */
  readonly target: number | string;
}

/** Each thread writes by itself, one system call a line: no extra thread, nothing lost when one dies. */
export function workerLogger(
  role: string,
  boot: {
    readonly log: LogPlan;
    readonly secrets?: Secrets | null;
    readonly alertSecrets?: AlertSecrets | undefined;
  },
): Logger {
  if (boot.secrets)
    for (const secret of [boot.secrets.apiKey, boot.secrets.apiSecret]) registerSecret(secret);
  for (const secret of Object.values(boot.alertSecrets ?? {}))
    if (secret !== null) registerSecret(secret as string);
  return createLogger({ ...boot.log, role });
}
