import { MtradeError } from '@mtrade/base';

/** How far a request came. Only `not-sent` and `connect` mean that no byte of it was written. */
export type RequestPhase = 'not-sent' | 'connect' | 'headers' | 'body' | 'answer';

export interface VenueFailure {
  readonly url: string;
  readonly phase: RequestPhase;
  /** HTTP status, when there was one. */
  readonly status?: number;
  /** The exchange's own label (`INVALID_KEY`), or a short code of ours or of the transport (`DEADLINE`). */
  readonly label?: string;
  readonly retryAfterMs?: number;
}

/** A request that did not bring a complete, well-formed, positive answer. Carries no header and no credential. */
export class VenueError extends MtradeError<'MTRADE_EXCHANGE_UNAVAILABLE'> {
  readonly phase: RequestPhase;
  readonly status: number | null;
  readonly label: string | null;
  readonly retryAfterMs: number | null;

  constructor(message: string, failure: VenueFailure, options?: ErrorOptions) {
    super('MTRADE_EXCHANGE_UNAVAILABLE', message, { url: failure.url }, options);
    this.phase = failure.phase;
    this.status = failure.status ?? null;
    this.label = failure.label ?? null;
    this.retryAfterMs = failure.retryAfterMs ?? null;
  }
}
