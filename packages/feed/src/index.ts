export { type BackoffOptions, DEFAULT_BACKOFF } from './backoff.js';
export { type GateFeed, type GateFeedDeps, type GateFeedOptions, createGateFeed } from './gate-feed.js';
export { type ParsedFrame, parseFrame } from './parse-frame.js';
