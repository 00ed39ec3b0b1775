export * from './control/index.js';
export * from './diagnose/index.js';
export * from './lock/index.js';
export { type RunningEngine, startEngine, type StartDeps, type StartOptions } from './start-engine.js';
