export * from './decimal.js';
export * from './rounding.js';
export * from './sums.js';
export * from './quotient.js';
