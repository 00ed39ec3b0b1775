export * from './paper-exchange.js';
export { type SavedMarket, readSavedMarket } from './saved-market.js';
