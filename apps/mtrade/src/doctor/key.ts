import { errorText, systemClock } from '@mtrade/base';
import type { MtradeConfig, Secrets } from '@mtrade/config';
import { type ExchangeAccount, judgeKeyRights, openAccount } from '@mtrade/runtime';
import { type Finding, ok, problem, warning } from './finding.js';

const CHECK = 'key';
const GRANT = 'give the key the permission to trade on spot at the exchange (never the one to withdraw)';

/** What the exchange says of a key that it does not take, and what mends it. */
const REFUSALS: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  INVALID_KEY: [
    'the exchange does not know the key',
    'make a new key there, and check that its mode (live or testnet) is the one of the configuration',
  ],
  INVALID_SIGNATURE: [
    'the secret does not belong to the key',
    'copy the secret again; it is shown only once, so a lost one needs a new key',
  ],
  FORBIDDEN: ['the key may not read the spot account', GRANT],
  READ_ONLY: ['the key may not trade', GRANT],
  IP_FORBIDDEN: [
    'the key may not be used from this address',
    "add this machine's public address to the key's list at the exchange",
  ],
};

/** The exchange's own label of a refusal; null when the request did not come that far. */
const labelOf = (error: unknown): string | null => {
  const { label, status } = error as { label?: unknown; status?: unknown };
  return typeof label === 'string' && typeof status === 'number' ? label : null;
};

/**
 * One signed request that reads the balances: does the exchange take the key? Nothing is said about keys that are not
 * there, or about an exchange that cannot be reached; other checks do.
 */
export async function key(config: MtradeConfig, load: () => Secrets | null): Promise<Finding[]> {
  if (config.mode === 'paper') return [];
  let account: ExchangeAccount;
  try {
    account = await openAccount(config, load(), systemClock);
  } catch {
    return [];
  }
  try {
    await account.reader.balances();
    return [
      ok(CHECK, 'the exchange takes the key: a signed request was answered'),
      ...(await withdrawal(config, account)),
    ];
  } catch (error) {
    const label = labelOf(error);
    const known = label === null ? undefined : REFUSALS[label];
    if (known !== undefined) return [problem(CHECK, `${known[0]} (${label})`, known[1])];
    const detail = `the key could not be tested: ${errorText(error)}`;
    return [warning(CHECK, detail, 'look at the other findings, then run doctor again')];
  } finally {
    await account.close();
  }
}

/** The same judgement as at the start of the engine. */
async function withdrawal({ mode, exchange }: MtradeConfig, { reader }: ExchangeAccount): Promise<Finding[]> {
  const judged = judgeKeyRights(await reader.keyRights().catch((error: unknown) => errorText(error)));
  if (judged === null) return [];
  const isRefused = judged.mayWithdraw && mode === 'live' && !exchange.allowWithdrawalKey;
  return [(isRefused ? problem : warning)(CHECK, judged.detail, judged.remedy)];
}
