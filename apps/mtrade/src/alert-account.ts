import type { AlertSecrets, MtradeConfig } from '@mtrade/config';
import type { Cli } from './cli.js';

/** Secrets of the configured alert channels; from here on every output is scrubbed of them. */
export async function loadAlertAccount(
  cli: Cli,
  { alerts }: MtradeConfig,
  warn: (text: string) => void,
): Promise<AlertSecrets> {
  const [{ loadAlertSecrets, nodeSecretFs }, { registerSecret }] = await Promise.all([
    import('@mtrade/config'),
    import('@mtrade/log'),
  ]);
  const { secrets, warnings } = loadAlertSecrets(alerts, { env: cli.env, fs: nodeSecretFs });
  for (const secret of [secrets.webhookSecret, secrets.telegramToken])
    if (secret !== null) registerSecret(secret);
  for (const warning of warnings) warn(warning);
  return secrets;
}
