export { cleanText } from './clean-text.js';
export {
  createLogger,
  LOG_LEVELS,
  type LogLevel,
  type LogOptions,
  type RootLogger,
} from './create-logger.js';
export { type LogFields, type Logger, silentLogger } from './logger.js';
export { registerSecret, Scrubber, scrubSecrets } from './scrubber.js';
export { createSink, type LogSink } from './sink.js';
