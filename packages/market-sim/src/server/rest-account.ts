import { GateError } from './gate-error.js';
import { feeRow } from './gate-rows.js';
import { type RestCall, type RestServices, type Route, optionalPair, pairOf } from './rest-types.js';

function accounts(call: RestCall, { exchange }: RestServices): unknown {
  const only = call.query.get('currency');
  return Object.entries(exchange.balances(call.userId))
    .filter(([currency]) => only === null || currency === only)
    .map(([currency, { available, locked }]) => ({ currency, available, locked }));
}

const fee = (call: RestCall, { exchange }: RestServices): unknown =>
  feeRow(call.userId, optionalPair(exchange, call.query.get('currency_pair')) ?? exchange.pairs[0]);

function fees(call: RestCall, { exchange }: RestServices): unknown {
  const ids = (call.query.get('currency_pairs') ?? '').split(',').filter((id) => id !== '');
  return Object.fromEntries(ids.map((id) => [id, feeRow(call.userId, pairOf(exchange, id))]));
}

/** Mode 1 is the classic account: clients must not take it for a unified one. */
const detail = (call: RestCall, { keyOf }: RestServices): unknown => ({
  user_id: Number(call.userId),
  ip_whitelist: [],
  currency_pairs: [],
  key: { mode: 1, read_only: keyOf(call.userId)?.readOnly === true },
  tier: 0,
});

/** Gate shows the first characters of a key only. */
const SHOWN_OF_KEY = 12;

function mainKeys(call: RestCall, { keyOf }: RestServices): unknown {
  const owner = keyOf(call.userId);
  if (owner === undefined) return [];
  const { key, readOnly = false, moreRights = [] } = owner;
  const seconds = Math.floor(call.nowMs / 1_000);
  return [
    {
      state: 1,
      mode: 1,
      name: 'key',
      user_id: Number(call.userId),
      perms: ['spot', ...moreRights].map((name) => ({ name, read_only: readOnly })),
      ip_whitelist: [],
      currency_pairs: [],
      key: `${key.slice(0, SHOWN_OF_KEY)}*****`,
      created_at: seconds,
      update_at: seconds,
      last_access: seconds,
    },
  ];
}

const notUnified = (): never => {
  throw new GateError(400, 'USER_NOT_FOUND', 'this account is not a unified account');
};

/** Balances, fees, and what clients ask to learn which kind of account this is. */
export const accountRoutes: readonly Route[] = [
  { method: 'GET', path: '/spot/accounts', access: 'private', handle: accounts },
  { method: 'GET', path: '/spot/account_book', access: 'private', handle: () => [] },
  { method: 'GET', path: '/spot/fee', access: 'private', handle: fee },
  { method: 'GET', path: '/spot/batch_fee', access: 'private', handle: fees },
  { method: 'GET', path: '/wallet/fee', access: 'private', handle: fee },
  { method: 'GET', path: '/account/detail', access: 'private', handle: detail },
  { method: 'GET', path: '/account/main_keys', access: 'private', handle: mainKeys },
  {
    method: 'GET',
    path: '/unified/unified_mode',
    access: 'private',
    handle: () => ({ mode: 'classic', settings: {} }),
  },
  { method: 'GET', path: '/unified/accounts', access: 'private', handle: notUnified },
];
