import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, errorText } from '@mtrade/base';
import type { Logger } from '@mtrade/log';
import type { EngineEvent } from '../control/ports.js';
import type { StatusJson } from '../control/status-json.js';
import type { Alert, Condition } from './alert.js';
import type { AlertsStatus } from './alerts-status.js';
import type { AlertChannel } from './channel.js';
import { type ConditionLimits, Conditions } from './conditions.js';
import { Outbox, type OutboxOptions } from './outbox.js';
import { stopAlerts } from './stop-alerts.js';
import { STANDING_FILE, StandingFile } from './standing-file.js';

export interface AlerterOptions extends ConditionLimits, OutboxOptions {
  readonly dataDir: string;
  /** How often the engine's state is looked at. */
  readonly lookEveryMs: number;
}

export interface AlerterDeps {
  readonly channels: readonly AlertChannel[];
  /** The engine's own word; rejects while it cannot answer. */
  readonly status: () => Promise<StatusJson>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random?: () => number;
}

/** An event is a reason to look at once, a little later: several come together, and the state follows the event. */
const NUDGE_MS = 150;
const ORDER_ENDED = /^order\.(?:filled|partial|killed|rejected|never)$/;

/**
 * Watches the engine from the supervisor's thread and tells people. It is told things or looks for itself, never waited
 * for: all it does with the outside world happens in the outboxes.
 */
export class Alerter {
  readonly #options: AlerterOptions;
  readonly #deps: AlerterDeps;
  readonly #conditions: Conditions;
  readonly #outboxes: readonly Outbox[];
  readonly #file: StandingFile;
  /** Client id -> pair of the orders that could not be resolved. */
  readonly #quarantined = new Map<string, string | null>();
  #timer: NodeJS.Timeout | null = null;
  #nudge: NodeJS.Timeout | null = null;
  #isLooking = false;
  #isClosed = false;

  constructor(options: AlerterOptions, deps: AlerterDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#file = new StandingFile(join(options.dataDir, STANDING_FILE), deps.log);
    this.#conditions = new Conditions(options, this.#file.read());
    const { clock, log, random = Math.random } = deps;
    this.#outboxes = deps.channels.map((channel) => new Outbox(options, { channel, clock, log, random }));
  }

  /** The engine is up: an error that ended the last run is over, and looking begins. */
  start(): void {
    this.resolve('engine.fatal', null);
    this.#timer = setInterval(() => void this.#look(), this.#options.lookEveryMs);
    void this.#look();
  }

  /** One line of the journal. */
  onEvent({ event, symbol, details }: Pick<EngineEvent, 'event' | 'symbol' | 'details'>): void {
    const id = typeof details['clientOrderId'] === 'string' ? details['clientOrderId'] : null;
    if (event === 'order.quarantined' && id !== null) {
      this.#quarantined.set(id, symbol);
      this.raise('order.quarantined', symbol, `order ${id} cannot be resolved; its pair stays blocked`);
    }
    if (event === 'order.late-fill')
      this.raise('order.late-fill', symbol, `order ${id} traded after its end; it is booked, buying halts`);
    if (event === 'order.self-trade')
      this.raise(
        'order.self-trade',
        symbol,
        `the exchange ended order ${id} before it could trade with another order of this account: see what else trades on it`,
      );
    // The operator has looked.
    const isLookedAt = event === 'operator.resumed' || event === 'operator.reset';
    if (isLookedAt) this.resolve('order.late-fill', symbol);
    // An order that filled to its end met nobody of this account.
    if (isLookedAt || event === 'order.filled') this.resolve('order.self-trade', symbol);
    if (id !== null && ORDER_ENDED.test(event) && this.#quarantined.delete(id)) {
      if (![...this.#quarantined.values()].includes(symbol)) this.resolve('order.quarantined', symbol);
    }
    for (const [condition, text] of stopAlerts(event, details))
      if (text === null) this.resolve(condition, symbol);
      else this.raise(condition, symbol, text);
    if (this.#timer === null || this.#nudge !== null || this.#isClosed) return;
    this.#nudge = setTimeout(() => {
      this.#nudge = null;
      void this.#look();
    }, NUDGE_MS);
  }

  raise(condition: Condition, symbol: string | null, text: string): void {
    this.#send(this.#conditions.raise(condition, symbol, text, this.#deps.clock.epochMs()));
  }

  resolve(condition: Condition, symbol: string | null): void {
    this.#send(this.#conditions.resolve(condition, symbol, this.#deps.clock.epochMs()));
  }

  status(): AlertsStatus {
    return {
      channels: this.#outboxes.map((outbox) => outbox.status()),
      standing: this.#conditions.standing().map(({ condition, symbol, sinceMs }) => ({
        condition,
        symbol,
        since: new Date(sinceMs).toISOString(),
      })),
    };
  }

  /** No more looks. Call it before the engine goes down, so that its own end is no condition. */
  pause(): void {
    if (this.#timer) clearInterval(this.#timer);
    if (this.#nudge) clearTimeout(this.#nudge);
    this.#isClosed = true;
  }

  /** What waits has `graceMs` to go out. */
  async close(graceMs: number): Promise<void> {
    this.pause();
    await Promise.all([this.#file.settled(), ...this.#outboxes.map((outbox) => outbox.close(graceMs))]);
  }

  /** One look at a time: a slow answer makes looks rarer, not more. */
  async #look(): Promise<void> {
    if (this.#isLooking || this.#isClosed) return;
    this.#isLooking = true;
    try {
      const [status, freeBytes] = await Promise.all([
        this.#deps.status().catch(() => null),
        freeBytesOf(this.#options.dataDir),
      ]);
      if (this.#isClosed) return;
      this.#send(this.#conditions.observe({ epochMs: this.#deps.clock.epochMs(), status, freeBytes }));
    } catch (error) {
      this.#deps.log.error({ error: errorText(error) }, 'a look for alerts failed');
    } finally {
      this.#isLooking = false;
    }
  }

  #send(alerts: readonly Alert[]): void {
    for (const alert of alerts) {
      const fields = { condition: alert.condition, symbol: alert.symbol, status: alert.status };
      this.#deps.log.warn(fields, `alert: ${alert.text}`);
      for (const outbox of this.#outboxes) outbox.push(alert);
    }
    // The list is there so that nobody is told twice; where nobody is told, there is nothing to remember.
    if (alerts.length > 0 && this.#outboxes.length > 0) this.#file.write(() => this.#conditions.standing());
  }
}

async function freeBytesOf(directory: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    return null;
  }
}
