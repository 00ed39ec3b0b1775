export * from './market.js';
export * from './intent.js';
export * from './pair-state.js';
export * from './decision.js';
export * from './ladder.js';
