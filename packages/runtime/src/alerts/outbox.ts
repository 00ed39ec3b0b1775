import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, errorText } from '@mtrade/base';
import { cleanText, type Logger, scrubSecrets } from '@mtrade/log';
import type { Alert } from './alert.js';
import { type AlertChannel, DeliveryError } from './channel.js';
import type { ChannelStatus } from './alerts-status.js';

export interface OutboxOptions {
  readonly queueSize: number;
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly maxPerMinute: number;
  /** Wait after the first failed attempt; doubles up to a minute, with jitter. */
  readonly firstRetryMs: number;
}

export interface OutboxDeps {
  readonly channel: AlertChannel;
  readonly clock: Clock;
  readonly log: Logger;
  /** In [0, 1). */
  readonly random: () => number;
}

const RETRY_LIMIT_MS = 60_000;
const MINUTE_MS = 60_000;

/**
 * The queue in front of one channel: bounded, one delivery at a time, retried with growing waits, at most so many in a
 * minute. `push` never waits and never throws, so nobody who reports a condition depends on a receiver.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #deps: OutboxDeps;
  readonly #queue: Alert[] = [];
  readonly #starts: number[] = [];
  readonly #closing = new AbortController();
  #running: Promise<void> | null = null;
  #isLast = false;
  #sent = 0;
  #failed = 0;
  #dropped = 0;
  #lastSentMs: number | null = null;
  #lastError: string | null = null;

  constructor(options: OutboxOptions, deps: OutboxDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  push(alert: Alert): void {
    if (this.#closing.signal.aborted) return;
    if (this.#queue.length >= this.#options.queueSize) {
      this.#queue.shift();
      this.#dropped += 1;
    }
    this.#queue.push(alert);
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  status(): ChannelStatus {
    const { name, target } = this.#deps.channel;
    return {
      channel: name,
      target,
      queued: this.#queue.length,
      sent: this.#sent,
      failed: this.#failed,
      dropped: this.#dropped,
      last_sent_at: this.#lastSentMs === null ? null : new Date(this.#lastSentMs).toISOString(),
      last_error: this.#lastError,
    };
  }

  /** What waits gets one attempt each within `graceMs`; then everything is cut off. */
  async close(graceMs: number): Promise<void> {
    this.#isLast = true;
    const timer = setTimeout(() => this.#closing.abort(), graceMs);
    await this.#running;
    clearTimeout(timer);
    this.#closing.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (;;) {
      await this.#takeTurn();
      const alert = this.#queue.shift();
      if (alert === undefined || signal.aborted) return;
      await this.#deliver(alert);
    }
  }

  /** Waits while the channel has had its share of this minute; the end of the engine is no time to be modest. */
  async #takeTurn(): Promise<void> {
    const { clock } = this.#deps;
    for (;;) {
      const now = clock.monoMs();
      while (this.#starts[0] !== undefined && now - this.#starts[0] >= MINUTE_MS) this.#starts.shift();
      if (this.#starts.length < this.#options.maxPerMinute || this.#isLast) break;
      if (!(await this.#wait(Math.min(1_000, MINUTE_MS)))) return;
    }
    this.#starts.push(clock.monoMs());
  }

  async #deliver(alert: Alert): Promise<void> {
    const { channel, clock, log, random } = this.#deps;
    const { attempts, firstRetryMs } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      const fields = { channel: channel.name, condition: alert.condition, symbol: alert.symbol, attempt };
      try {
        await this.#attempt(alert);
        this.#sent += 1;
        this.#lastSentMs = clock.epochMs();
        log.info({ ...fields, status: alert.status }, 'alert delivered');
        return;
      } catch (error) {
        const reason = cleanText(scrubSecrets(errorText(error)), 300);
        this.#lastError = reason;
        const isFinal = error instanceof DeliveryError && error.isFinal;
        if (isFinal || attempt >= attempts || this.#isLast) {
          this.#failed += 1;
          log.error({ ...fields, reason }, 'an alert could not be delivered and is given up');
          return;
        }
        log.warn({ ...fields, reason }, 'an alert could not be delivered; it is tried again');
        const waitMs = Math.min(RETRY_LIMIT_MS, firstRetryMs * 2 ** (attempt - 1)) * (0.5 + random() / 2);
        const told = error instanceof DeliveryError ? error.retryAfterMs : null;
        await this.#wait(Math.max(waitMs, told ?? 0));
      }
    }
  }

  async #attempt(alert: Alert): Promise<void> {
    const { channel } = this.#deps;
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(this.#options.timeoutMs)]);
    await channel.deliver(alert, signal);
  }

  /** False when the outbox was closed meanwhile. Looks up every half second whether this is the end. */
  async #wait(ms: number): Promise<boolean> {
    const { clock } = this.#deps;
    const untilMono = clock.monoMs() + ms;
    while (clock.monoMs() < untilMono && !this.#isLast) {
      const slice = Math.max(1, Math.min(500, untilMono - clock.monoMs()));
      await sleep(slice, undefined, { ref: false });
    }
    return !this.#closing.signal.aborted;
  }
}
