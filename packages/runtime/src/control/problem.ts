import { STATUS_CODES } from 'node:http';
import { type ErrorCode, errorText, isMtradeError, MtradeError } from '@mtrade/base';
import { scrubSecrets } from '@mtrade/log';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** Refusals of the HTTP layer itself; everything deeper keeps its own MTRADE_ code. */
export type HttpProblemCode =
  | 'HTTP_BAD_REQUEST'
  | 'HTTP_UNAUTHORIZED'
  | 'HTTP_FORBIDDEN'
  | 'HTTP_NOT_FOUND'
  | 'HTTP_METHOD_NOT_ALLOWED'
  | 'HTTP_TOO_LARGE'
  | 'HTTP_TOO_MANY'
  | 'HTTP_DEADLINE'
  | 'HTTP_INTERNAL'
  | 'UNKNOWN_PAIR';

/** The body of every refusal: problem-JSON (RFC 9457) with a stable code and an id that the log repeats. */
export interface ProblemJson {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode | HttpProblemCode;
  readonly id: string;
}

/** A request that is refused, with the status and the text that its sender reads. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: ContentfulStatusCode;
  readonly code: ErrorCode | HttpProblemCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: ContentfulStatusCode,
    code: ErrorCode | HttpProblemCode,
    detail: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  /** Control characters in an exchange's message must not reach a terminal (S15), nor a secret anybody (S06). */
  toJson(id: string): ProblemJson {
    return {
      type: `urn:mtrade:problem:${this.code}`,
      title: STATUS_CODES[this.status] ?? 'Error',
      status: this.status,
      detail: scrubSecrets(this.message).replaceAll(/\p{Cc}/gu, ' '),
      code: this.code,
      id,
    };
  }
}

/** Codes that are not the engine's own failure. Every other code is a 500. */
const STATUS_OF: Partial<Record<ErrorCode, ContentfulStatusCode>> = {
  MTRADE_COMMAND: 409,
  MTRADE_USAGE: 400,
  MTRADE_CONFIG: 400,
  MTRADE_EXCHANGE_UNAVAILABLE: 502,
  MTRADE_NOT_RUNNING: 503,
  MTRADE_LOCK_LOST: 503,
  MTRADE_BUSY: 503,
};

/** Any thrown value as a refusal. An unexpected error keeps its text for the log and says only its id to the caller. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof MtradeError) {
    const code: ErrorCode = error.code;
    return new Problem(STATUS_OF[code] ?? 500, code, error.message, headersOf(error));
  }
  if (error instanceof HTTPException && error.status < 500) {
    return new Problem(error.status, 'HTTP_BAD_REQUEST', errorText(error));
  }
  return new Problem(500, 'HTTP_INTERNAL', 'the engine failed to answer; its log has this id and the reason');
}

const headersOf = (error: MtradeError): Readonly<Record<string, string>> =>
  isMtradeError(error, 'MTRADE_BUSY') ? { 'Retry-After': String(error.facts.retryAfterSeconds) } : {};

/** An operator's refused command is an answer, and so is a word on when to ask; the rest of the 5xx family is worth an error line. */
export const isFailure = (problem: Problem, error: unknown): boolean =>
  problem.status >= 500 &&
  !isMtradeError(error, 'MTRADE_NOT_RUNNING') &&
  !isMtradeError(error, 'MTRADE_BUSY');
