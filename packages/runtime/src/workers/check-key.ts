import { errorText, MtradeError } from '@mtrade/base';
import type { MtradeConfig } from '@mtrade/config';
import type { Logger } from '@mtrade/log';
import { type GateVenue, rejectionKind, VenueError } from '@mtrade/venue';
import { judgeKeyRights } from '../key-rights.js';

export interface CheckKeyDeps {
  readonly venue: Pick<GateVenue, 'balances' | 'keyRights'>;
  readonly log: Logger;
}

/**
 * A key that the exchange refuses, or one that could empty the account, is found here and not with the first order.
 * Rejects with MTRADE_SECRET_MISSING or MTRADE_CONFIG; whatever else goes wrong may pass by itself.
 */
export async function checkKey(config: MtradeConfig, { venue, log }: CheckKeyDeps): Promise<void> {
  // Both at once: an exchange that does not tell the rights holds up no start for longer than the balances do.
  const [judged] = await Promise.all([
    venue.keyRights().then(judgeKeyRights, (error: unknown) => judgeKeyRights(errorText(error))),
    checkRefusal(venue),
  ]);
  if (judged === null) return;
  const { mayWithdraw, detail, remedy } = judged;
  if (mayWithdraw && config.mode === 'live' && !config.exchange.allowWithdrawalKey)
    throw new MtradeError('MTRADE_CONFIG', `exchange.allow_withdrawal_key: ${detail}; ${remedy}`, {
      key: 'exchange.allow_withdrawal_key',
    });
  log.warn({ remedy }, detail);
}

async function checkRefusal(venue: CheckKeyDeps['venue']): Promise<void> {
  try {
    await venue.balances();
  } catch (error) {
    if (!(error instanceof VenueError) || error.label === null || rejectionKind(error.label) !== 'key')
      return;
    throw new MtradeError(
      'MTRADE_SECRET_MISSING',
      `the exchange refuses the API key (${error.label}): check key and secret, the key's right to trade spot, and its list of IP addresses`,
      { name: 'MTRADE_API_KEY, MTRADE_API_SECRET' },
      { cause: error },
    );
  }
}
