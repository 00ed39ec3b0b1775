import { cleanText, scrubSecrets } from '@mtrade/log';
import { UNPROTECTED_ALARM_MS } from '@mtrade/cycle';
import type { StatusJson } from '../control/status-json.js';
import { type Alert, type Condition, CONDITIONS } from './alert.js';

export interface ConditionLimits {
  readonly unknownAfterMs: number;
  readonly disconnectedAfterMs: number;
}

/** What is known of the world at one look. */
export interface Observation {
  readonly epochMs: number;
  /** Null while the engine does not answer. */
  readonly status: StatusJson | null;
  /** Free bytes where the books lie; null when that cannot be told. */
  readonly freeBytes: number | null;
}

/** A condition that holds, or begins to hold, now. */
interface Finding {
  readonly condition: Condition;
  readonly symbol: string | null;
  readonly text: string;
  /** Only an alert when it has held this long. */
  readonly afterMs: number;
}

interface Standing {
  readonly id: string;
  readonly condition: Condition;
  readonly symbol: string | null;
  readonly text: string;
  readonly sinceMs: number;
  /** False while it is too young to be an alert. */
  readonly isRaised: boolean;
}

/** Conditions that were raised, as they survive a restart of the engine. */
export type StandingRecord = Omit<Standing, 'isRaised'>;

/** A restarted thread counts as sound again after this long without another restart. */
const SOUND_AFTER_MS = 60_000;
const LOW_DISK_BYTES = 64 * 1_048_576;
const SOUND_DISK_BYTES = 128 * 1_048_576;
/** More than any real engine has; beyond it the oldest are forgotten. */
const MAX_STANDING = 2_000;
const MAX_TEXT = 500;

const keyOf = (condition: Condition, symbol: string | null): string => `${condition} ${symbol ?? ''}`;

/**
 * Turns what the engine says of itself into messages: one when a condition begins to hold (or has held for its limit),
 * one when it is over, and none between, however often it is seen. Pure but for its own memory.
 *
 * Conditions are read from the state and not counted from events, so a missed event can neither hide one nor leave one
 * standing for ever. The few that have no state of their own (`raise`, `resolve`) are told by whoever knows.
 */
export class Conditions {
  readonly #limits: ConditionLimits;
  readonly #standing = new Map<string, Standing>();
  readonly #told = new Set<string>();
  readonly #restarts = new Map<string, { count: number; atMs: number }>();
  #lastId = 0;

  constructor(limits: ConditionLimits, standing: readonly StandingRecord[] = []) {
    this.#limits = limits;
    for (const one of standing.slice(-MAX_STANDING)) {
      const key = keyOf(one.condition, one.symbol);
      this.#standing.set(key, { ...one, isRaised: true });
      // Whoever told of it died with the last run; the next look or its own end clears it.
      if (TOLD.has(one.condition)) this.#told.add(key);
    }
  }

  /** The alerts that this look brings. */
  observe(seen: Observation): Alert[] {
    const found = new Map<string, Finding>();
    for (const finding of this.#findings(seen)) found.set(keyOf(finding.condition, finding.symbol), finding);
    const alerts: Alert[] = [];
    for (const [key, finding] of found) alerts.push(...this.#hold(key, finding, seen.epochMs));
    for (const [key, standing] of this.#standing) {
      if (found.has(key) || this.#told.has(key)) continue;
      // An engine that does not answer has not become sound by that.
      if (seen.status === null && FROM_STATUS.has(standing.condition)) continue;
      alerts.push(...this.#end(key, seen.epochMs));
    }
    return alerts;
  }

  /** A condition that somebody else watches. Told again, it is no new alert. */
  raise(condition: Condition, symbol: string | null, text: string, epochMs: number): Alert[] {
    const key = keyOf(condition, symbol);
    this.#told.add(key);
    return this.#hold(key, { condition, symbol, text, afterMs: 0 }, epochMs);
  }

  resolve(condition: Condition, symbol: string | null, epochMs: number): Alert[] {
    return this.#end(keyOf(condition, symbol), epochMs);
  }

  standing(): readonly StandingRecord[] {
    return [...this.#standing.values()]
      .filter(({ isRaised }) => isRaised)
      .map(({ id, condition, symbol, text, sinceMs }) => ({ id, condition, symbol, text, sinceMs }));
  }

  #hold(key: string, finding: Finding, epochMs: number): Alert[] {
    const before = this.#standing.get(key);
    if (before?.isRaised) return [];
    const { condition, symbol, afterMs } = finding;
    const sinceMs = before?.sinceMs ?? epochMs;
    const isRaised = epochMs - sinceMs >= afterMs;
    const text = cleanText(scrubSecrets(finding.text)).slice(0, MAX_TEXT);
    const standing = { id: before?.id ?? this.#newId(epochMs), condition, symbol, text, sinceMs, isRaised };
    this.#standing.set(key, standing);
    this.#forgetOldest();
    return isRaised ? [alertOf(standing, 'raised', text, epochMs)] : [];
  }

  #end(key: string, epochMs: number): Alert[] {
    const standing = this.#standing.get(key);
    this.#standing.delete(key);
    this.#told.delete(key);
    if (!standing?.isRaised) return [];
    return [alertOf(standing, 'resolved', `over: ${standing.text}`, epochMs)];
  }

  #forgetOldest(): void {
    for (const key of this.#standing.keys()) {
      if (this.#standing.size <= MAX_STANDING) return;
      this.#standing.delete(key);
      this.#told.delete(key);
    }
  }

  #newId(epochMs: number): string {
    this.#lastId += 1;
    return `${epochMs.toString(36)}-${this.#lastId}`;
  }

  *#findings({ epochMs, status, freeBytes }: Observation): Iterable<Finding> {
    const limit = this.#standing.has(keyOf('disk.low', null)) ? SOUND_DISK_BYTES : LOW_DISK_BYTES;
    if (freeBytes !== null && freeBytes < limit)
      yield plain('disk.low', `only ${Math.floor(freeBytes / 1_048_576)} MiB are free for the books`);
    if (status === null) return;
    yield* this.#pairFindings(status);
    yield* this.#exchangeFindings(status);
    yield* this.#accountFindings(status);
    for (const [name, { restarts, alive }] of Object.entries(status.workers)) {
      const before = this.#restarts.get(name);
      if (before === undefined || restarts > before.count)
        this.#restarts.set(name, { count: restarts, atMs: restarts > 0 ? epochMs : -SOUND_AFTER_MS });
      const { atMs } = this.#restarts.get(name) ?? { atMs: -SOUND_AFTER_MS };
      if (!alive || epochMs - atMs < SOUND_AFTER_MS)
        yield { ...plain('worker.restarted', `the ${name} thread died and was started again`), symbol: name };
    }
  }

  *#pairFindings({ pairs }: StatusJson): Iterable<Finding> {
    for (const { symbol, attention, state, protection, waiting_for: waitingFor } of pairs) {
      if (protection !== null && (protection.unprotected_ms ?? 0) >= UNPROTECTED_ALARM_MS) {
        const text = `the position has no protective stop: ${protection.problem ?? 'it is not in place'}`;
        yield { ...plain('position.unprotected', text), symbol };
      }
      if (attention !== null) yield { ...plain('pair.attention', `needs attention: ${attention}`), symbol };
      if (waitingFor === 'trades_missing') {
        const text = 'an order was accepted, and its trades do not add up to what it says it filled';
        yield { ...plain('order.trades-missing', text), symbol };
      }
      if (state === 'unknown' || waitingFor === 'outcome_unknown') {
        const text = 'the outcome of an order is unknown; the pair is blocked until the exchange answers';
        yield { condition: 'order.unknown', symbol, text, afterMs: this.#limits.unknownAfterMs };
      }
    }
  }

  *#exchangeFindings({ access, feed, pairs }: StatusJson): Iterable<Finding> {
    const afterMs = this.#limits.disconnectedAfterMs;
    for (const { symbol, blind, waiting_for: waiting } of pairs) {
      // Without a connection every pair is blind, and one alert says it.
      if (blind !== null && feed.connected)
        yield { condition: 'pair.blind', symbol, text: `prices come over REST: ${blind}`, afterMs };
      if (waiting === 'price_unconfirmed')
        yield { condition: 'price.unconfirmed', symbol, text: CONDITIONS['price.unconfirmed'], afterMs };
    }
    if (!feed.connected)
      yield { ...plain('feed.disconnected', `no prices: ${feed.reason ?? 'not connected'}`), afterMs };
    if (access?.key_refused)
      yield plain(
        'exchange.key-refused',
        `the exchange refuses the API key (${access.key_refused}): nothing is sent, sales included; mend it, then mtrade trading on`,
      );
    if (access?.paused_reason)
      yield {
        ...plain(
          'exchange.paused',
          `no requests until ${access.paused_until}: ${PAUSES[access.paused_reason] ?? access.paused_reason}`,
        ),
        // A short wait is an ordinary thing; being banned or blocked is none.
        afterMs: access.paused_reason === 'rate_limited' ? afterMs : 0,
      };
    const waits = (reason: string): boolean => pairs.some(({ waiting_for: waiting }) => waiting === reason);
    if (waits('account_unknown'))
      yield { ...plain('exchange.unreachable', 'the balances of the account cannot be read'), afterMs };
    if (waits('clock_uncertain'))
      yield { ...plain('clock.uncertain', CONDITIONS['clock.uncertain']), afterMs };
  }

  *#accountFindings({ reconciliation, pairs }: StatusJson): Iterable<Finding> {
    if (reconciliation === undefined) return;
    const { foreign_engines: engines, findings, unknown_stops: stops, result, reason } = reconciliation;
    for (const { symbol, stop_id: id, stop_price: at, amount, may_sell_ours: isOurs } of stops)
      if (isOurs)
        yield {
          ...plain(
            'stop.unknown',
            `a stop that these books do not know (${id}) sells ${amount} at ${at}: when it fires it may take coins of the position; cancel it at the exchange, or keep so many coins beside it`,
          ),
          symbol,
        };
    for (const { install_id: id, what } of engines)
      yield {
        ...plain(
          'account.foreign-engine',
          `another installation of mtrade (${id}) trades on this account and ${what}; nothing is bought until it is stopped and trading is switched on again`,
        ),
        symbol: id,
      };
    // Pairs of these books say so themselves, by their attention.
    for (const { symbol, client_order_id: id } of findings)
      if (pairs.every((pair) => pair.symbol !== symbol))
        yield {
          ...plain('account.orphan', `the books know neither ${symbol} nor the order ${id} on the account`),
          symbol,
        };
    if (result === 'incomplete')
      yield {
        ...plain('account.not-reconciled', `the account cannot be compared with the books: ${reason ?? ''}`),
        afterMs: this.#limits.unknownAfterMs,
      };
  }
}

const PAUSES: Readonly<Record<string, string>> = {
  rate_limited: 'too many requests (429)',
  banned: 'the exchange has banned this address (418)',
  blocked: "the exchange's firewall refuses us (403)",
};

/** Conditions that only the engine's own answer shows. */
const FROM_STATUS: ReadonlySet<Condition> = new Set<Condition>([
  'pair.attention',
  'order.unknown',
  'order.trades-missing',
  'position.unprotected',
  'worker.restarted',
  'feed.disconnected',
  'pair.blind',
  'price.unconfirmed',
  'exchange.unreachable',
  'exchange.paused',
  'exchange.key-refused',
  'clock.uncertain',
  'account.foreign-engine',
  'account.orphan',
  'account.not-reconciled',
  'stop.unknown',
]);
const TOLD: ReadonlySet<Condition> = new Set<Condition>([
  'order.quarantined',
  'order.self-trade',
  'order.late-fill',
  'stop.lost',
  'stop.duplicate',
  'position.rolled-back',
  'backup.failed',
  'engine.fatal',
]);

const plain = (condition: Condition, text: string): Finding => ({
  condition,
  symbol: null,
  text,
  afterMs: 0,
});

const alertOf = (standing: Standing, status: Alert['status'], text: string, epochMs: number): Alert => ({
  id: standing.id,
  status,
  condition: standing.condition,
  symbol: standing.symbol,
  text,
  epochMs,
  sinceMs: standing.sinceMs,
});
