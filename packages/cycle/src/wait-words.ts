import type { WaitReason } from './decision.js';

/** Each reason in the words of the operator, with the command that ends the wait where there is one. */
export const WAIT_WORDS: Readonly<Record<WaitReason | 'not_configured', string>> = {
  engine_stopped: 'trading is switched off (mtrade trading on switches it on)',
  key_refused: 'the exchange refuses the API key (mend it, then mtrade trading on)',
  not_permitted: 'not permitted (mtrade permit PAIR on)',
  // The price of the sale stands behind these words where there is room for it.
  only_sells: 'not permitted to buy (mtrade permit PAIR on), waits for its sale',
  paused: 'paused (mtrade resume PAIR)',
  // No decision: the books have such a pair, the configuration has it no more.
  not_configured: 'no longer in the configuration, not managed (put it back if it holds coins)',
  needs_attention: 'wants a human',
  restored_books: 'restored books, and a human has to decide about unknown orders first',
  foreign_engine:
    'another installation of mtrade trades on this account: not buying (stop it, then mtrade trading on)',
  intent_open: 'an order is on its way',
  outcome_unknown: 'outcome of an order unknown',
  trades_missing: 'trades of an order missing',
  price_unknown: 'no price yet',
  price_stale: 'price too old',
  price_unconfirmed: 'price has jumped, not confirmed yet',
  book_crossed: 'order book crossed',
  account_unknown: 'account unknown',
  not_reconciled: 'account not compared with the books yet',
  rules_unknown: "exchange's rules unknown",
  not_tradable: 'not traded at the exchange',
  clock_uncertain: 'clock of the exchange uncertain',
  rate_limited: 'too many requests, held back',
  backing_off: 'pausing after an error',
  insufficient_quote: 'not enough quote',
  below_minimum: "below the exchange's minimum",
  price_above_row: 'waits for its next buy or its sale',
  drop_insufficient: 'waits for a deeper drop',
  bid_below_required: 'waits for its sale price',
  ladder_exhausted: 'ladder used up, waits for its sale price',
  unprotected: 'protective stop not in place yet',
  stop_reached: 'price at the protective stop',
  stop_ending: 'protective stop being taken back',
  rolling_back: 'being sold: it could not be protected',
};

/** Null when nothing is waited for; a word that is not known stays as it is. */
export const waitText = (reason: string | null): string | null =>
  reason === null || !Object.hasOwn(WAIT_WORDS, reason)
    ? reason
    : WAIT_WORDS[reason as keyof typeof WAIT_WORDS];
