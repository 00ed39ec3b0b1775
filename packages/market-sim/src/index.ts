export * from './core/exchange.js';
export * from './core/result.js';
export * from './core/types.js';
