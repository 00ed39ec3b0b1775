/**
 * Whoever runs the engine as a service and wants to hear from it. Nothing here throws and nothing is waited for: an
 * engine that cannot tell goes on trading.
 */
export interface ServiceManager {
  /** How long it waits for a sign of life before it ends the engine, ms; null when it does not wait for any. */
  readonly watchdogMs: number | null;
  /**
   * Variables as sd_notify(3) names them. What is said while the last message is still on its way goes with the next
   * one; of two values of one variable the newer is told.
   */
  readonly tell: (state: Readonly<Record<string, string>>) => void;
  /** Resolves when all has been told or the grace is over; nothing is told after it. */
  readonly close: (graceMs: number) => Promise<void>;
}
