import { asRow, type Row } from './answer.js';
import type { GateApi } from './gate-api.js';

/** What an API key may do, as far as moving coins out of the account goes. */
export interface KeyRights {
  /** The exchange's names of the rights to write that let coins leave the account; empty when there are none. */
  readonly withdrawal: readonly string[];
}

/**
 * Rights that move coins elsewhere. Gate's documented list names `wallet`, which holds transfers and withdrawals; its
 * refusals speak of a right to `withdraw` beside it. An engine for the spot account needs neither.
 */
const WITHDRAWAL: ReadonlySet<string> = new Set(['wallet', 'withdraw', 'withdrawal', 'withdrawals']);

/**
 * The answer of `GET /account/main_keys`: one key, or every key of the account with its text masked ("c5dcfbf1*****").
 * Null when it does not tell about this key: no rule may rest on a guess.
 */
export function readKeyRights(answer: unknown, apiKey: string): KeyRights | null {
  const rows = Array.isArray(answer) ? answer.map(asRow).filter((row) => isOf(row, apiKey)) : [asRow(answer)];
  // A mask may fit two keys: then the worse one counts.
  const told = rows.map(withdrawalOf);
  if (told.length === 0 || told.includes(null)) return null;
  return { withdrawal: [...new Set(told.flatMap((names) => names ?? []))] };
}

function isOf({ key }: Row, apiKey: string): boolean {
  if (typeof key !== 'string') return false;
  if (!key.includes('*')) return key === apiKey;
  const [head = '', ...others] = key.split(/\*+/);
  return head !== '' && apiKey.startsWith(head) && apiKey.endsWith(others.at(-1) ?? '');
}

/** A key without any right could not have asked: such a list is an answer that does not tell. */
function withdrawalOf({ perms }: Row): readonly string[] | null {
  if (!Array.isArray(perms) || perms.length === 0) return null;
  const rights = perms.map(asRow);
  if (rights.some(({ name }) => typeof name !== 'string')) return null;
  return rights
    .filter(({ name, read_only: readOnly }) => WITHDRAWAL.has(name as string) && readOnly !== true)
    .map(({ name }) => name as string);
}

/** Asks the exchange what this key may do. Rejects with a VenueError or a MalformedAnswer. */
export const askKeyRights = async (api: Pick<GateApi, 'read'>, apiKey: string): Promise<KeyRights | null> =>
  readKeyRights(
    await api.read({ method: 'GET', section: 'account', access: 'private', path: 'main_keys', params: {} }),
    apiKey,
  );
