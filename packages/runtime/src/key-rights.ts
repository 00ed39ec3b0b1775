import type { KeyRights } from '@mtrade/venue';

/** What is wrong with a key's rights, for the log, an error or doctor. */
export interface KeyJudgement {
  /** False: the exchange does not tell, and only the operator can know. */
  readonly mayWithdraw: boolean;
  readonly detail: string;
  readonly remedy: string;
}

/**
 * A key of an engine needs to trade on spot and nothing else. Takes the rights, null when the exchange's answer does not
 * tell them, or the text of the failure to ask. Null when the key cannot move coins away.
 */
export function judgeKeyRights(rights: KeyRights | string | null): KeyJudgement | null {
  if (rights === null || typeof rights === 'string')
    return {
      mayWithdraw: false,
      detail: `the exchange does not tell whether the key may withdraw${rights === null ? '' : `: ${rights}`}`,
      remedy:
        'see at the exchange that the key has no right to withdraw; with the right to read "account" the engine can see it itself',
    };
  if (rights.withdrawal.length === 0) return null;
  return {
    mayWithdraw: true,
    detail: `the key may move coins out of the account (${rights.withdrawal.join(', ')})`,
    remedy:
      'take this right from the key at the exchange, or make a new key for spot trading only; exchange.allow_withdrawal_key = true trades with it all the same',
  };
}
