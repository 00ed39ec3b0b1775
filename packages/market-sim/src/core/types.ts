/**
 * The words of the exchange in code. Every amount and price that crosses this border is a plain decimal string (exact);
 * every time is Unix milliseconds and is given by the caller. Pairs are named `BASE/QUOTE`; `PairSpec.id` is the
 * exchange's own spelling `BASE_QUOTE`.
 */
export type * from './account-types.js';
export type * from './exchange-types.js';
export type * from './market-types.js';
export type * from './order-types.js';
export type * from './record-types.js';
export type * from './trigger-types.js';
