import { ExitCode } from './exit-codes.js';

/** Every code the project can raise, with the facts that code always carries. */
export interface ErrorFacts {
  /** Something that must be true is not. Crash-only: stop, never guess. */
  MTRADE_CONTRADICTION: Readonly<Record<string, unknown>>;
  /** A configuration value is wrong. `key` is its dotted path, `file` where it came from. */
  MTRADE_CONFIG: { readonly key: string; readonly file?: string };
  MTRADE_SECRET_MISSING: { readonly name: string };
  MTRADE_LOCK_HELD: { readonly holder: string };
  MTRADE_LOCK_LOST: { readonly reason: string };
  MTRADE_NOT_RUNNING: { readonly dataDir: string };
  /** `busy`: another program holds it locked; it may work later. `damage`: why the file is no sound database. */
  MTRADE_DATABASE: { readonly path: string; readonly busy?: boolean; readonly damage?: string };
  /** `fatal`: a commit may or may not have survived. Stop; never try it again. */
  MTRADE_DISK: { readonly path: string; readonly fatal?: boolean };
  MTRADE_PERMISSION: { readonly path: string };
  MTRADE_EXCHANGE_UNAVAILABLE: { readonly url: string };
  /** An operator's command that cannot be carried out, with the reason in the message. */
  MTRADE_COMMAND: { readonly command: string };
  /** Too much is asked at once. Nothing was done; the same may be asked again after so long. */
  MTRADE_BUSY: { readonly retryAfterSeconds: number };
  MTRADE_USAGE: Readonly<Record<string, never>>;
}
export type ErrorCode = keyof ErrorFacts;

const EXIT_CODES: Record<ErrorCode, ExitCode> = {
  MTRADE_CONTRADICTION: ExitCode.contradiction,
  MTRADE_CONFIG: ExitCode.badConfig,
  MTRADE_SECRET_MISSING: ExitCode.badConfig,
  MTRADE_LOCK_HELD: ExitCode.lockHeld,
  MTRADE_LOCK_LOST: ExitCode.lockHeld,
  MTRADE_NOT_RUNNING: ExitCode.notRunning,
  MTRADE_DATABASE: ExitCode.disk,
  MTRADE_DISK: ExitCode.disk,
  MTRADE_PERMISSION: ExitCode.permission,
  MTRADE_EXCHANGE_UNAVAILABLE: ExitCode.exchangeUnavailable,
  MTRADE_COMMAND: ExitCode.runtimeError,
  MTRADE_BUSY: ExitCode.runtimeError,
  MTRADE_USAGE: ExitCode.usage,
};

/** The form of an error that survives a structured clone between threads. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly facts: unknown;
}

export class MtradeError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'MtradeError';
  readonly code: C;
  readonly facts: ErrorFacts[C];

  constructor(code: C, message: string, facts: ErrorFacts[C], options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.facts = facts;
  }

  get exitCode(): ExitCode {
    return EXIT_CODES[this.code];
  }

  /** Structured clone drops `code` and `facts`; this is the form that crosses threads. */
  toWire(): WireError {
    return { code: this.code, message: this.message, facts: this.facts };
  }

  static fromWire(wire: WireError): MtradeError {
    return new MtradeError(wire.code, wire.message, wire.facts as ErrorFacts[ErrorCode]);
  }
}

export const isMtradeError = <C extends ErrorCode>(error: unknown, code: C): error is MtradeError<C> =>
  error instanceof MtradeError && error.code === code;

/** Any thrown value as one line of text. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));
