import { hostname } from 'node:os';
import type { Clock } from '@mtrade/base';
import type { AlertSecrets, MtradeConfig } from '@mtrade/config';
import type { AlertSource } from './alert.js';
import type { AlertChannel } from './channel.js';
import { commandChannel } from './command.js';
import { telegramChannel } from './telegram.js';
import { webhookChannel } from './webhook.js';

export const alertSource = (config: MtradeConfig, version: string): AlertSource => ({
  host: hostname(),
  mode: config.mode,
  exchange: config.exchange.id,
  dataDir: config.dataDir,
  version,
});

/** The configured channels, in the order of the documentation. */
export function alertChannels(
  { alerts }: MtradeConfig,
  secrets: AlertSecrets,
  source: AlertSource,
  deps: { readonly clock: Clock },
): readonly AlertChannel[] {
  const { allowPrivate } = alerts;
  const channels: AlertChannel[] = [];
  if (alerts.webhookUrl !== null && secrets.webhookSecret !== null)
    channels.push(
      webhookChannel({ url: alerts.webhookUrl, secret: secrets.webhookSecret, allowPrivate, source }, deps),
    );
  if (alerts.telegramChatId !== null && secrets.telegramToken !== null)
    channels.push(
      telegramChannel({
        url: alerts.telegramUrl,
        token: secrets.telegramToken,
        chatId: alerts.telegramChatId,
        allowPrivate,
        source,
      }),
    );
  if (alerts.command.length > 0) channels.push(commandChannel({ argv: alerts.command, source }));
  return channels;
}
