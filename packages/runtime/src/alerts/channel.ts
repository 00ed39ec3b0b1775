import type { Alert } from './alert.js';

/** One way to reach a human. `deliver` makes exactly one attempt and rejects when the receiver did not take it. */
export interface AlertChannel {
  readonly name: 'webhook' | 'telegram' | 'command';
  /** Where it goes, without secrets, for people. */
  readonly target: string;
  readonly deliver: (alert: Alert, signal: AbortSignal) => Promise<void>;
}

/** The receiver has said how long to wait (HTTP 429, 503), or that trying again makes no sense. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly retryAfterMs: number | null;
  readonly isFinal: boolean;

  constructor(
    message: string,
    { retryAfterMs = null, isFinal = false }: Partial<Pick<DeliveryError, 'retryAfterMs' | 'isFinal'>> = {},
  ) {
    super(message);
    this.retryAfterMs = retryAfterMs;
    this.isFinal = isFinal;
  }
}
