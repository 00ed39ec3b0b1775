import type { AlertsConfig } from './document.js';
import { loadOne, type SecretEnv, type SecretFs, type SecretNames } from './secrets.js';

/** What the alert channels prove themselves with; null for a channel that is not used. */
export interface AlertSecrets {
  readonly webhookSecret: string | null;
  readonly telegramToken: string | null;
}

const WEBHOOK: SecretNames = {
  variable: 'MTRADE_ALERT_WEBHOOK_SECRET',
  credential: 'mtrade-alert-webhook-secret',
};
const TELEGRAM: SecretNames = {
  variable: 'MTRADE_ALERT_TELEGRAM_TOKEN',
  credential: 'mtrade-alert-telegram-token',
};

/**
 * Reads the secrets of the configured channels, in every mode: a paper engine may alert, too. A missing one throws
 * MTRADE_SECRET_MISSING, because an alert that cannot be sent would be noticed too late. All of them leave `env`.
 */
export function loadAlertSecrets(
  alerts: AlertsConfig,
  { env, fs }: { readonly env: SecretEnv; readonly fs: SecretFs },
): { readonly secrets: AlertSecrets; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  try {
    return {
      secrets: {
        webhookSecret: alerts.webhookUrl === null ? null : loadOne(WEBHOOK, env, fs, warnings),
        telegramToken: alerts.telegramChatId === null ? null : loadOne(TELEGRAM, env, fs, warnings),
      },
      warnings,
    };
  } finally {
    for (const { variable } of [WEBHOOK, TELEGRAM]) delete env[variable];
  }
}
