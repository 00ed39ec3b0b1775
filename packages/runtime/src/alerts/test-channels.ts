import { randomUUID } from 'node:crypto';
import { type Clock, errorText } from '@mtrade/base';
import { cleanText, scrubSecrets } from '@mtrade/log';
import type { Alert } from './alert.js';
import type { AlertChannel } from './channel.js';

export interface ChannelTest {
  readonly channel: string;
  readonly target: string;
  /** Null when the receiver took it. */
  readonly error: string | null;
  readonly ms: number;
}

/** Sends one message through every channel, once, and says what became of each. */
export function testChannels(
  channels: readonly AlertChannel[],
  { timeoutMs, clock }: { readonly timeoutMs: number; readonly clock: Clock },
): Promise<readonly ChannelTest[]> {
  return Promise.all(
    channels.map(async (channel): Promise<ChannelTest> => {
      const startedMono = clock.monoMs();
      const epochMs = clock.epochMs();
      const alert: Alert = {
        id: `test-${randomUUID()}`,
        status: 'test',
        condition: 'test',
        symbol: null,
        text: 'this is a test; nothing is wrong',
        epochMs,
        sinceMs: epochMs,
      };
      const error = await channel.deliver(alert, AbortSignal.timeout(timeoutMs)).then(
        () => null,
        (caught: unknown) => cleanText(scrubSecrets(errorText(caught)), 300),
      );
      const ms = Math.round(clock.monoMs() - startedMono);
      return { channel: channel.name, target: channel.target, error, ms };
    }),
  );
}
