import type { Permission } from '@mtrade/engine';
import type { HttpReply, SendHooks } from './http-client.js';

export interface PermittedSend {
  readonly permission: Permission;
  /** Asked after the word. */
  readonly mayStart?: (() => boolean) | undefined;
  /** Hands the request to the client. */
  readonly start: (hooks: SendHooks) => Promise<HttpReply>;
}

/**
 * Sends once the permission is there, and not before; null when it is refused, and then no byte was written.
 *
 * The client is started at once: it finds a connection and does all that lies before the first byte, and only there the
 * thread waits for the word, so that nothing but the writing is left to do when it comes. When it takes too long the
 * client is called off, which has written nothing, and is started anew once the word is there.
 */
export async function sendPermitted(options: PermittedSend): Promise<HttpReply | null> {
  const { permission, mayStart = () => true, start } = options;
  let word = 'not asked' as boolean | null | 'not asked';
  const goAhead = (): boolean => {
    word = permission.now();
    return word === true && mayStart();
  };
  try {
    return await start({ mayStart: goAhead });
  } catch (error) {
    if (word === true || word === 'not asked') throw error;
  }
  return word === null && (await permission.later()) ? start({ mayStart }) : null;
}
