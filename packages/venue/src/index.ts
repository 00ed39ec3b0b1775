export { type AccountReader, type AccountReaderOptions, createGateAccountReader } from './account-reader.js';
export { type GateVenue, type GateVenueDeps, type GateVenueOptions, createGateVenue } from './gate-venue.js';
export {
  type CandleHistory,
  createCandleHistory,
  isTransient,
  type OhlcvRow,
  PAGE_CANDLES,
  type Timeframe,
  TIMEFRAMES_MS,
} from './ccxt-candles.js';
export type { HttpClient, HttpReply, HttpRequest } from './http-client.js';
export { loadGateClass } from './load-gate-class.js';
export type { KeyRights } from './key-rights.js';
export { readPublicAsks } from './public-prices.js';
export { readPublicRules } from './public-rules.js';
export { type RejectionKind, rejectionKind } from './labels.js';
export { type RequestPhase, VenueError } from './venue-error.js';
export type { OrderRow } from './rows.js';
export * from './candles.js';
export { createGateCandleReader } from './gate-candles.js';
