import { errorText } from '@mtrade/base';
import { scrubSecrets } from '@mtrade/log';
import { type Alert, type AlertSource, headline } from './alert.js';
import { type AlertChannel, DeliveryError } from './channel.js';
import { post } from './post.js';

export interface TelegramOptions {
  /** Base of the Bot API, without a slash at the end. */
  readonly url: string;
  readonly token: string;
  readonly chatId: string;
  readonly allowPrivate: boolean;
  readonly source: AlertSource;
}

/** A message of the Bot API; see https://core.telegram.org/bots/api#sendmessage. Plain text: nothing in it is markup. */
export function telegramChannel({ url, token, chatId, allowPrivate, source }: TelegramOptions): AlertChannel {
  return {
    name: 'telegram',
    target: `chat ${chatId}`,
    deliver: async (alert: Alert, signal) => {
      const body = JSON.stringify({
        chat_id: chatId,
        text: headline(alert, source),
        link_preview_options: { is_disabled: true },
        disable_notification: alert.status === 'resolved',
      });
      try {
        // The token is a part of the path: whatever tells about this request is scrubbed.
        const headers = { 'content-type': 'application/json' };
        await post({ url: `${url}/bot${token}/sendMessage`, body, headers, signal, allowPrivate });
      } catch (error) {
        const text = scrubSecrets(errorText(error)).replaceAll(token, '***');
        if (error instanceof DeliveryError) throw new DeliveryError(text, error);
        throw new DeliveryError(text);
      }
    },
  };
}
