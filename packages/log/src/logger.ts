/** What a log line carries beside its message. Values are redacted, scrubbed and freed of control characters. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * The logger every other package takes as a dependency.
 *
 * No method throws and none returns a promise: a full disk or a closed pipe never reaches the caller (scenario 53).
 */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** The same sink with more fields on each line. */
  child(fields: LogFields): Logger;
}

/** Says nothing: for tests and for commands that print their own answer. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
