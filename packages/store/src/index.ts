export * from './open-store.js';
export type { Identity, StoredIdentity } from './identity.js';
export * from './queries.js';
export * from './reader.js';
export * from './kernel-lock.js';
export { type LedgerSums, sumFills } from './ledger.js';
export type { PairClosedCycle, PairCycle } from './rows/cycle-row.js';
export type { BookedFill } from './rows/fill-row.js';
