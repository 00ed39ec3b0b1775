import { MtradeError } from '@mtrade/base';
import { type Fault, MALFORMED_VARIANTS, REST_FAULTS, WS_FAULTS } from './fault.js';

export const WS_EVENTS = ['connect', 'subscribe', 'unsubscribe', 'ping', 'update'] as const;
export type WsEventName = (typeof WS_EVENTS)[number];

/** Which request or frame a rule is about. A missing key matches everything; `*` in a pattern matches any text. */
export interface FaultMatch {
  readonly transport: 'rest' | 'ws';
  /** REST only: `POST`. */
  readonly method?: string;
  /** REST only: pattern over the path without its query, for example `/api/v4/spot/orders*`. */
  readonly path?: string;
  /** WebSocket only: pattern over the channel, for example `spot.book_ticker`. */
  readonly channel?: string;
  /** WebSocket only: `update` is a frame that the server sends by itself. Default: the events the kind is about. */
  readonly event?: WsEventName;
  /** `BTC_USDT`. */
  readonly symbol?: string;
  readonly side?: 'buy' | 'sell';
  /** The n-th match is the first that fires, counted from 1. */
  readonly nth?: number;
  /** How often the rule may fire. Default: once with `nth`, without limit otherwise. */
  readonly count?: number;
  /** 0 to 1, drawn from the port's seeded generator. */
  readonly probability?: number;
}

export interface FaultRule {
  /** Given by the port when missing. */
  readonly id?: string;
  readonly match: FaultMatch;
  readonly fault: Fault;
}

const wrong = (key: string, problem: string): MtradeError<'MTRADE_CONFIG'> =>
  new MtradeError('MTRADE_CONFIG', `fault rule: ${key} ${problem}`, { key });

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === 'string' && value.length > 0 && value.length <= 200;
const isCount: Check = (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isPositive: Check = (value) => isCount(value) && value !== 0;
const isMs: Check = (value) => isCount(value) && (value as number) <= 3_600_000;
const isStatus: Check = (value) => isCount(value) && (value as number) >= 200 && (value as number) <= 599;
const isBytes: Check = (value) => isCount(value) && (value as number) <= 256 * 1_024 * 1_024;
const isOneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string);

const MATCH_KEYS: Record<string, Check> = {
  transport: isOneOf('rest', 'ws'),
  method: isText,
  path: isText,
  channel: isText,
  event: isOneOf(...WS_EVENTS),
  symbol: isText,
  side: isOneOf('buy', 'sell'),
  nth: isPositive,
  count: isPositive,
  probability: (value) => typeof value === 'number' && value >= 0 && value <= 1,
};

const FAULT_KEYS: Record<string, Check> = {
  ms: isMs,
  bytes: isBytes,
  extraBytes: isBytes,
  process: (value) => typeof value === 'boolean',
  reset: (value) => typeof value === 'boolean',
  status: isStatus,
  label: isText,
  message: isText,
  location: isText,
  reason: isText,
  code: isCount,
  variant: isOneOf(...MALFORMED_VARIANTS),
  set: isRecord,
  headers: (value) => isRecord(value) && Object.values(value).every((text) => typeof text === 'string'),
};

/** What a kind cannot do without; everything else has a default. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'delay-before': ['ms'],
  'delay-after': ['ms'],
  'hide-recent': ['ms'],
  delay: ['ms'],
  rewrite: ['set'],
  error: ['status'],
};

/** Kinds that lose the answer: whether the request takes effect must be said, it decides everything. */
const NEEDS_PROCESS: ReadonlySet<string> = new Set(['drop', 'silence', 'empty-body', 'html', 'error']);

function checkKeys(part: string, value: Record<string, unknown>, known: Record<string, Check>): void {
  for (const [key, given] of Object.entries(value)) {
    if (part === 'fault' && key === 'kind') continue;
    const check = Object.hasOwn(known, key) ? known[key] : undefined;
    if (check === undefined) throw wrong(`${part}.${key}`, 'is not known');
    if (!check(given)) throw wrong(`${part}.${key}`, `has a wrong value: ${JSON.stringify(given)}`);
  }
}

/** A rule from JSON that nobody has checked yet. Throws `MTRADE_CONFIG` naming the key. */
export function parseFaultRule(value: unknown): FaultRule {
  if (!isRecord(value)) throw wrong('it', 'must be an object with `match` and `fault`');
  const { id, match, fault, ...rest } = value;
  const unknownKey = Object.keys(rest)[0];
  if (unknownKey !== undefined) throw wrong(unknownKey, 'is not known');
  if (id !== undefined && !isText(id)) throw wrong('id', 'must be a short text');
  if (!isRecord(match)) throw wrong('match', 'must be an object');
  if (!isRecord(fault)) throw wrong('fault', 'must be an object');
  checkKeys('match', match, MATCH_KEYS);
  if (match['transport'] === undefined) throw wrong('match.transport', 'is missing: rest or ws');
  const kinds: Record<string, string> = match['transport'] === 'rest' ? REST_FAULTS : WS_FAULTS;
  const kind = fault['kind'];
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind))
    throw wrong('fault.kind', `must be one of ${Object.keys(kinds).join(', ')}`);
  checkKeys('fault', fault, FAULT_KEYS);
  const needed = [...(NEEDED[kind] ?? [])];
  if (match['transport'] === 'rest' && NEEDS_PROCESS.has(kind)) needed.push('process');
  for (const key of needed) if (fault[key] === undefined) throw wrong(`fault.${key}`, 'is missing');
  return value as unknown as FaultRule;
}
