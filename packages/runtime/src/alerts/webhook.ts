import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '@mtrade/base';
import { type Alert, alertBody, type AlertSource } from './alert.js';
import type { AlertChannel } from './channel.js';
import { post } from './post.js';

export interface WebhookOptions {
  readonly url: string;
  readonly secret: string;
  readonly allowPrivate: boolean;
  readonly source: AlertSource;
}

/** What the receiver computes over the raw body, and compares in constant time. */
export const webhookSignature = (secret: string, timestamp: string, nonce: string, body: string): string =>
  `v1=${createHmac('sha256', secret).update(`${timestamp}.${nonce}.${body}`).digest('hex')}`;

/**
 * JSON, signed. Every attempt has its own time and nonce, so a receiver may refuse what is older than half a minute or
 * what it has seen before; the alert's `id` stays the same.
 */
export function webhookChannel(options: WebhookOptions, { clock }: { readonly clock: Clock }): AlertChannel {
  const { url, secret, allowPrivate, source } = options;
  return {
    name: 'webhook',
    target: new URL(url).origin,
    deliver: async (alert: Alert, signal) => {
      const body = alertBody(alert, source);
      const timestamp = String(clock.epochMs());
      const nonce = randomBytes(16).toString('hex');
      const headers = {
        'content-type': 'application/json',
        'user-agent': `mtrade/${source.version}`,
        'x-mtrade-timestamp': timestamp,
        'x-mtrade-nonce': nonce,
        'x-mtrade-signature': webhookSignature(secret, timestamp, nonce, body),
      };
      await post({ url, body, headers, signal, allowPrivate });
    },
  };
}
