/**
 * A refusal in Gate's own form: an HTTP status and a body `{ "label", "message" }`. Thrown by handlers, rendered by the
 * server, and by the WebSocket session as an `error` object.
 */
export class GateError extends Error {
  override readonly name = 'GateError';
  readonly status: number;
  readonly label: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    label: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.label = label;
    this.headers = headers;
  }

  toBody(): string {
    return JSON.stringify({ label: this.label, message: this.message });
  }
}

export const invalidParam = (message: string): GateError =>
  new GateError(400, 'INVALID_PARAM_VALUE', message);
export const missingParam = (name: string): GateError =>
  new GateError(400, 'MISSING_REQUIRED_PARAM', `Missing required parameter: ${name}`);
export const unknownPair = (pair: string): GateError =>
  new GateError(400, 'INVALID_CURRENCY_PAIR', `Invalid currency pair ${pair}`);
export const requestExpired = (message: string): GateError => new GateError(403, 'REQUEST_EXPIRED', message);
