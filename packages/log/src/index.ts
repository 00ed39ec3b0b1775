export { cleanText } from './clean-text.js';
export {
  createLogger,
  LOG_LEVELS,
  type LogLevel,
  type LogOptions,
  type RootLogger,
} from './create-logger.js';
export { type LogFields, type Logger, silentLogger } from './logger.js';
export { keepLogSmall, logFiles, rotateLog, type RotationLimits } from './rotation.js';
export { registerSecret, Scrubber, scrubSecrets } from './scrubber.js';
export { createSink, LOOK_EVERY_MS, type LogSink } from './sink.js';
