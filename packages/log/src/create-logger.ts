import { pino } from 'pino';
import { cleanText } from './clean-text.js';
import type { LogFields, Logger } from './logger.js';
import { plainFields } from './plain-fields.js';
import { scrubSecrets } from './scrubber.js';
import { createSink, type LogSink } from './sink.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  readonly level: LogLevel;
  /** Thread role: `supervisor`, `reactor`, `cycler`, `orders`, `market-sim`, `cli`. */
  readonly role: string;
  readonly version: string;
  /** A file descriptor (2 = stderr) or the path of a file to append to. Plain data, so it can go to a worker. */
  readonly target: number | string;
}

export interface RootLogger extends Logger {
  /** Lines that the sink refused: disk full, pipe closed, reader gone. Shown, never thrown. */
  readonly lostLines: () => number;
  readonly close: () => void;
}

/** pino's line format is the promise; the levels are spelled out because people read the lines, too. */
function createPino({ level, role, version }: LogOptions, sink: LogSink): pino.Logger {
  return pino(
    {
      level,
      base: { role, version },
      // Fields are made plain before they get here; pino's own view of errors would only garble them.
      serializers: { err: (value: unknown) => value },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => sink.write(scrubSecrets(line)) },
  );
}

function wrap(log: pino.Logger): Logger {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: LogFields, message: string): void => {
      if (!log.isLevelEnabled(level)) return;
      try {
        log[level](plainFields(fields), cleanText(scrubSecrets(message)));
      } catch {
        // A value that cannot even be looked at (a throwing getter) costs its own line, never the caller.
        log[level]({}, cleanText(scrubSecrets(message)));
      }
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => wrap(log.child(plainFields(fields))),
  };
}

/** JSON lines, one event each. Works in every thread; each thread makes its own from the same options. */
export function createLogger(options: LogOptions): RootLogger {
  const sink = createSink(options.target);
  return { ...wrap(createPino(options, sink)), lostLines: sink.lost, close: sink.close };
}
