import { describe, expect, test } from 'vitest';
import { readKeyRights } from '../src/key-rights.js';

const KEY = 'c5dcfbf1f3a7e0aa90';
const SPOT = { name: 'spot', read_only: false };
const WALLET = { name: 'wallet', read_only: false };
const row = (perms: unknown, key: unknown = 'c5dcfbf1f3a7*****') => ({ state: 1, key, perms });

describe('S18: what the exchange says of a key', () => {
  test.each([
    ['a right to trade is no right to withdraw', [row([SPOT])], []],
    ['a right to the wallet is one', [row([SPOT, WALLET])], ['wallet']],
    ['a right to withdraw is one', [row([SPOT, { name: 'withdraw', read_only: false }])], ['withdraw']],
    ['reading the wallet is none', [row([SPOT, { name: 'wallet', read_only: true }])], []],
    ['an unsaid read_only is a right to write', [row([{ name: 'wallet' }])], ['wallet']],
    ["another key's rights are not this one's", [row([WALLET], '52fd0035f665*****'), row([SPOT])], []],
    ['of two keys that the mask fits the worse one counts', [row([SPOT]), row([WALLET])], ['wallet']],
    ['an answer about one key is about the one that asked', row([WALLET], { mode: 1 }), ['wallet']],
    ['a key may be shown whole', [row([WALLET], KEY)], ['wallet']],
    ['a mask may leave the end', [row([WALLET], 'c5d***aa90')], ['wallet']],
  ])('S18: %s', (_what, answer, withdrawal) => {
    expect(readKeyRights(answer, KEY)).toEqual({ withdrawal });
  });

  test.each([
    ['no key', []],
    ['other keys only', [row([WALLET], '52fd0035f665*****')]],
    ['a mask without a beginning', [row([SPOT], '*****')]],
    ['no rights', [row(undefined)]],
    ['an empty list of rights', [row([])]],
    ['rights without names', [row([{ read_only: true }])]],
  ])('S18: an answer with %s does not tell', (_what, answer) => {
    expect(readKeyRights(answer, KEY)).toBeNull();
  });
});
