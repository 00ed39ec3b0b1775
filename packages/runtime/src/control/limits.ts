/** What one client, or a flood of them, can cost the engine. Every wait and every buffer of the server is here. */
export interface ControlLimits {
  readonly headerBytes: number;
  readonly bodyBytes: number;
  /** Nesting of arrays and objects in a body. */
  readonly jsonDepth: number;
  /** Looked at this often: a client that is late is gone after at most twice this time. */
  readonly headersTimeoutMs: number;
  /** Looked at as often as the headers. */
  readonly requestTimeoutMs: number;
  /** A connection that moves no byte for so long is dropped; longer than the heartbeat of the event stream. */
  readonly idleTimeoutMs: number;
  /** Per listener, so that a crowd on TCP never locks the operator's socket. */
  readonly connections: number;
  /** Calls that change something, refilled per second, and how many may come at once. */
  readonly commandsPerSecond: number;
  readonly commandBurst: number;
  readonly badTokensPerMinute: number;
  readonly statusDeadlineMs: number;
  readonly commandDeadlineMs: number;
  readonly historyDeadlineMs: number;
  readonly eventClients: number;
  /** Undelivered events of one client; one more and the client is dropped. */
  readonly eventClientBuffer: number;
  /** Events kept for clients that come back. */
  readonly eventRing: number;
  readonly heartbeatMs: number;
  /** How long close() waits for answers that are being written. */
  readonly closeGraceMs: number;
}

export const DEFAULT_LIMITS: ControlLimits = {
  headerBytes: 8 * 1024,
  bodyBytes: 64 * 1024,
  jsonDepth: 8,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  idleTimeoutMs: 60_000,
  connections: 64,
  commandsPerSecond: 20,
  // Reset, resume, pause and permit for 16 pairs in one go, and room for a few more.
  commandBurst: 80,
  badTokensPerMinute: 10,
  statusDeadlineMs: 3_000,
  commandDeadlineMs: 10_000,
  historyDeadlineMs: 10_000,
  eventClients: 16,
  eventClientBuffer: 256,
  eventRing: 1_000,
  heartbeatMs: 15_000,
  closeGraceMs: 1_000,
};
