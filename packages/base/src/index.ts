export * from './assert.js';
export * from './brand.js';
export * from './clock.js';
export * from './errors.js';
export * from './exit-codes.js';
export * from './thread-offset.js';
