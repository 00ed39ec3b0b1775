import { MtradeError } from '@mtrade/base';
import { Prng } from '../prices/prng.js';
import type { RestFault, WsFault } from './fault.js';
import { type FaultMatch, type FaultRule, type WsEventName, parseFaultRule } from './fault-rule.js';

export interface FaultPortOptions {
  /** Seed of the draws for `probability`. Default 1. */
  readonly seed?: number;
  readonly rules?: readonly FaultRule[];
}

/** What the port needs to know about a request; `symbol` and `side` come from the body or the query. */
export interface RequestFacts {
  readonly method: string;
  readonly path: string;
  readonly symbol?: string | undefined;
  readonly side?: string | undefined;
}

/** The same for a WebSocket event. */
export interface WsFacts {
  readonly event: WsEventName;
  readonly channel?: string | undefined;
  readonly symbol?: string | undefined;
  readonly side?: string | undefined;
  /** The frame about to be sent. */
  readonly text?: string | undefined;
}

/** A rule with its history: `matched` requests or frames, of which `fired` were hit. */
export interface FaultStatus extends FaultRule {
  readonly id: string;
  readonly matched: number;
  readonly fired: number;
}

export interface FiredWsFault {
  readonly fault: WsFault;
  /** For `stale`: the first frame that the rule saw for this channel and symbol. */
  readonly remembered?: string | undefined;
}

interface Entry {
  readonly id: string;
  readonly rule: FaultRule;
  readonly path: RegExp | undefined;
  readonly channel: RegExp | undefined;
  readonly events: readonly WsEventName[];
  /** First frame by channel and symbol; only rules that replay fill it. */
  readonly memory: Map<string, string>;
  matched: number;
  fired: number;
}

const MAX_RULES = 1_000;
const MAX_REMEMBERED = 10_000;

/** Faults that only colour an answer: any number of them may meet on one request. All others exclude each other. */
const COMPOSABLE: ReadonlySet<string> = new Set([
  'delay-before',
  'delay-after',
  'duplicate',
  'hide-recent',
  'rewrite',
]);

const DEFAULT_EVENTS: Partial<Record<WsFault['kind'], readonly WsEventName[]>> = {
  'refuse-connection': ['connect'],
  'refuse-subscription': ['subscribe'],
  'forget-subscription': ['subscribe'],
};

const pattern = (text: string | undefined): RegExp | undefined =>
  text === undefined
    ? undefined
    : new RegExp(
        `^${text
          .split('*')
          .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
          .join('.*')}$`,
      );

/**
 * The list of faults an exchange server carries out, changed at any time by tests or by the operator. The port only
 * says *which* fault hits a request or a frame and counts it; the server does the damage.
 */
export class FaultPort {
  readonly #random: Prng;
  #entries: readonly Entry[] = [];
  #nextId = 1;
  #rest: readonly Entry[] = [];
  #ws: readonly Entry[] = [];
  #onUpdates: readonly Entry[] = [];

  constructor(options: FaultPortOptions = {}) {
    this.#random = Prng.seeded(options.seed ?? 1, 'faults');
    for (const rule of options.rules ?? []) this.add(rule);
  }

  /** Checks and appends a rule; earlier rules are asked first. Throws `MTRADE_CONFIG` on a wrong one. */
  add(rule: unknown): FaultStatus {
    const checked = parseFaultRule(rule);
    const id = checked.id ?? `fault-${this.#nextId++}`;
    if (this.#entries.length >= MAX_RULES || this.#entries.some((entry) => entry.id === id))
      throw new MtradeError('MTRADE_CONFIG', `fault rule ${id} exists already, or there are ${MAX_RULES}`, {
        key: 'id',
      });
    const { match, fault } = checked;
    const entry: Entry = {
      id,
      rule: checked,
      path: pattern(match.path),
      channel: pattern(match.channel),
      events:
        match.event === undefined
          ? (DEFAULT_EVENTS[fault.kind as WsFault['kind']] ?? ['update'])
          : [match.event],
      memory: new Map(),
      matched: 0,
      fired: 0,
    };
    this.#use([...this.#entries, entry]);
    return statusOf(entry);
  }

  /** False when there is no such rule. */
  remove(id: string): boolean {
    const kept = this.#entries.filter((entry) => entry.id !== id);
    const found = kept.length < this.#entries.length;
    this.#use(kept);
    return found;
  }

  clear(): void {
    this.#use([]);
  }

  list(): FaultStatus[] {
    return this.#entries.map(statusOf);
  }

  /** How often a rule has fired; 0 when it does not exist. */
  fired(id: string): number {
    return this.#entries.find((entry) => entry.id === id)?.fired ?? 0;
  }

  /** True when some rule looks at frames that the server sends: lets the fan-out skip all checks. */
  get watchesFrames(): boolean {
    return this.#onUpdates.length > 0;
  }

  /** The faults that hit this request: any number of composable ones, at most one of the others. */
  forRequest(facts: RequestFacts): RestFault[] {
    const hits: RestFault[] = [];
    let excluded = false;
    for (const entry of this.#rest) {
      const composable = COMPOSABLE.has(entry.rule.fault.kind);
      if (!composable && excluded) continue;
      const { method } = entry.rule.match;
      if (method !== undefined && method !== facts.method) continue;
      if (entry.path !== undefined && !entry.path.test(facts.path)) continue;
      if (!this.#fires(entry, facts)) continue;
      hits.push(entry.rule.fault as RestFault);
      excluded ||= !composable;
    }
    return hits;
  }

  /** The one fault that hits this WebSocket event, if any. */
  forWs(facts: WsFacts): FiredWsFault | undefined {
    for (const entry of facts.event === 'update' ? this.#onUpdates : this.#ws) {
      if (!entry.events.includes(facts.event)) continue;
      if (entry.channel !== undefined && !entry.channel.test(facts.channel ?? '')) continue;
      const fault = entry.rule.fault as WsFault;
      const remembered = fault.kind === 'stale' ? remember(entry, facts) : undefined;
      if (this.#fires(entry, facts)) return { fault, remembered };
    }
    return undefined;
  }

  #fires(
    entry: Entry,
    facts: { readonly symbol?: string | undefined; readonly side?: string | undefined },
  ): boolean {
    const { symbol, side, nth, count, probability }: FaultMatch = entry.rule.match;
    if (symbol !== undefined && symbol !== facts.symbol) return false;
    if (side !== undefined && side !== facts.side) return false;
    entry.matched += 1;
    if (nth !== undefined && entry.matched < nth) return false;
    const limit = count ?? (nth === undefined ? Number.POSITIVE_INFINITY : 1);
    if (entry.fired >= limit) return false;
    if (probability !== undefined && this.#random.unit() >= probability) return false;
    entry.fired += 1;
    return true;
  }

  #use(entries: readonly Entry[]): void {
    this.#entries = entries;
    this.#rest = entries.filter((entry) => entry.rule.match.transport === 'rest');
    this.#ws = entries.filter((entry) => entry.rule.match.transport === 'ws');
    this.#onUpdates = this.#ws.filter((entry) => entry.events.includes('update'));
  }
}

/** Keeps the first frame of each channel and symbol, and answers it. */
function remember({ memory, rule }: Entry, { channel, symbol, text }: WsFacts): string | undefined {
  if (text === undefined || (rule.match.symbol !== undefined && rule.match.symbol !== symbol))
    return undefined;
  const name = `${channel} ${symbol}`;
  const known = memory.get(name);
  if (known === undefined && memory.size < MAX_REMEMBERED) memory.set(name, text);
  return known ?? text;
}

const statusOf = ({ id, rule, matched, fired }: Entry): FaultStatus => ({ ...rule, id, matched, fired });
