export { DEFAULT_LIMITS, type ControlLimits } from './limits.js';
export type { ControlDeps, ControlOptions, ControlServer, EngineEvent } from './ports.js';
export type { ProblemJson } from './problem.js';
export {
  ADDRESS_FILE,
  type ControlAddress,
  loadControlApp,
  SOCKET_FILE,
  startControlServer,
} from './server.js';
export {
  type FeedStatus,
  type LatencyStatus,
  type StatName,
  type StatusJson,
  type WorkersStatus,
  type WorkerStatus,
} from './status-json.js';
export type { PageFile, WebPage } from './web-page.js';
export { READ_TOKEN_FILE, TOKEN_FILE } from './token-file.js';
