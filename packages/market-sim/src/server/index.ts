export { ADMIN_HEADER, ADMIN_PATH, scaledPrice } from './admin.js';
export type { ExchangeControl, ExchangeRecords, ExchangeStats } from './exchange-control.js';
export {
  type ExchangeServer,
  type ExchangeServerDeps,
  type ExchangeServerOptions,
  startExchangeServer,
} from './exchange-server.js';
export type { RateLimit, RateLimits } from './rate-limit.js';
export type { RequestLogEntry } from './request-log.js';
export { type ApiKey, signRequest, signSubscription } from './signature.js';
