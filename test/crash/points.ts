/** A place in the engine where a process can be made to die. Its name is what `--points` takes. */
export interface CrashPoint {
  readonly name: string;
  readonly what: string;
  /** Fault of the catalogue that a death here is. */
  readonly fault?: string;
  /** How long a life may go on until the point is passed, ms. */
  readonly limitMs?: number;
  /** Passed only where positions have a protective stop (`--stops`). */
  readonly ofStops?: boolean;
  /** Passed only by a start in an empty data directory. */
  readonly onlyFirst?: boolean;
  /** The highest passing that is asked for; some come once in a life. */
  readonly most?: number;
}

const ORDERS = ['start', 'average', 'take-profit'] as const;
/** An unanswered order is proven absent no earlier than this after it. */
const PROOF_LIMIT_MS = 45_000;
const SELDOM_LIMIT_MS = 20_000;

const perOrder = (purpose: (typeof ORDERS)[number]): CrashPoint[] => [
  {
    name: `hand-over.${purpose}.before-post`,
    what: 'the request is made for the order thread, nothing is committed',
    fault: 'P01',
  },
  {
    name: `hand-over.${purpose}.posted`,
    what: 'the order thread has the request, nothing is committed',
    fault: 'P01',
  },
  {
    name: `intent.${purpose}.written`,
    what: 'inside the transaction, the intent row is written',
    fault: 'P02',
  },
  { name: `intent.${purpose}.before-commit`, what: 'right before the commit of the intent', fault: 'P02' },
  {
    name: `intent.${purpose}.committed`,
    what: 'the intent is on disk, the order thread has not got the word',
    fault: 'P03',
  },
  {
    name: `order.${purpose}.signing`,
    what: 'built and being signed while the intent is committed, or not yet',
    fault: 'P03',
  },
  {
    name: `order.${purpose}.queued`,
    what: 'signed, in the queue of the connection; the intent is committed, or not yet',
    fault: 'P03',
  },
  { name: `order.${purpose}.before-write`, what: 'right before its first byte', fault: 'P03' },
  { name: `order.${purpose}.half-written`, what: 'half of the request is on the wire', fault: 'P04' },
  { name: `order.${purpose}.after-write`, what: 'the whole request is on the wire', fault: 'P05' },
  { name: `order.${purpose}.answer-head`, what: 'status and headers of the answer are here', fault: 'P06' },
  { name: `order.${purpose}.answer-read`, what: 'the whole answer is here', fault: 'P06' },
];

const perFill = (side: 'buy' | 'sell'): CrashPoint[] => [
  {
    name: `fill.${side}.written`,
    what: `inside the transaction, the fill of a ${side} is written`,
    fault: 'P08',
  },
  { name: `fill.${side}.before-commit`, what: `right before the commit of a ${side}`, fault: 'P08' },
  { name: `fill.${side}.committed`, what: `the fill of a ${side} is on disk`, fault: 'P09' },
];

const perQuery = (name: string, what: string, fault?: string, once = false): CrashPoint[] =>
  (['before-write', 'answer-read'] as const).map((when) => ({
    name: `${name}.${when}`,
    what: `${what}: ${when === 'before-write' ? 'before the question' : 'the answer is here'}`,
    ...(fault !== undefined && { fault }),
    ...(once && { most: 1 }),
    ...(fault === 'P10' && { limitMs: SELDOM_LIMIT_MS }),
  }));

const once = (name: string, what: string, fault?: string): CrashPoint => ({
  name,
  what,
  most: 1,
  ...(fault !== undefined && { fault }),
});
const first = (name: string, what: string): CrashPoint => ({ name, what, most: 1, onlyFirst: true });

const ofStop = (name: string, what: string, fault: string, limitMs?: number): CrashPoint => ({
  name,
  what,
  fault,
  ofStops: true,
  ...(limitMs !== undefined && { limitMs, most: 1 }),
});

/** A stop is placed, fires, or is taken back before a sale or for a new one. */
const STOPS: readonly CrashPoint[] = [
  ofStop('intent.stop-loss.written', 'inside the transaction, the row of a stop is written', 'P02'),
  ofStop('intent.stop-loss.before-commit', 'right before the commit of a stop', 'P02'),
  ofStop('intent.stop-loss.committed', 'a stop is on disk, nobody has been told', 'P03'),
  ofStop('hand-over.stop.before-post', 'the request for a stop is made for the order thread', 'P03'),
  ofStop('hand-over.stop.posted', 'the order thread has the request for a stop', 'P03'),
  ofStop('stop.place.before-write', 'a stop: right before its first byte', 'P03'),
  ofStop('stop.place.half-written', 'half of the request for a stop is on the wire', 'P04'),
  ofStop('stop.place.after-write', 'the whole request for a stop is on the wire', 'P05'),
  ofStop('stop.place.answer-head', 'status and headers of the answer to a stop are here', 'P06'),
  ofStop('stop.place.answer-read', 'the whole answer to a stop is here', 'P06'),
  ofStop('stop-placed.acked.before-post', 'the answer to a stop is understood, the cycler not told', 'P06'),
  ofStop('stop-placed.acked.posted', 'the cycler has been told that a stop lies there', 'P06'),
  ofStop('move.LIVE.before-commit', 'a stop lies there, not yet on disk', 'P06'),
  ofStop('move.LIVE.committed', 'a stop lies there on disk', 'P09'),
  ofStop('cancel-stop.before-post', 'a stop is to end, the order thread not told', 'P03'),
  ofStop('cancel-stop.posted', 'the order thread is to cancel a stop', 'P03'),
  ofStop('stop.cancel.before-write', 'the cancel of a stop: right before its first byte', 'P03'),
  ofStop('stop.cancel.half-written', 'half of the cancel of a stop is on the wire', 'P04'),
  ofStop('stop.cancel.after-write', 'the whole cancel of a stop is on the wire', 'P05'),
  ofStop('stop.cancel.answer-read', 'a stop is cancelled, and nobody has looked', 'P06'),
  ofStop('stop.look.before-write', 'before the look whether a stop is gone', 'P10'),
  ofStop('stop.look.answer-read', 'a look at a stop is here', 'P11'),
  ofStop('stop-seen.before-post', 'a look at a stop is understood, the cycler not told', 'P11'),
  ofStop('stop-seen.posted', 'the cycler knows how a stop is', 'P11'),
  ofStop('stop.list.answer-read', 'a list of stops is here', 'P11', SELDOM_LIMIT_MS),
];

export const CRASH_POINTS: readonly CrashPoint[] = [
  { name: 'intent.before-begin', what: 'decided, nothing of it is written', fault: 'P01' },
  { name: 'intent.begun', what: 'the transaction of an intent has begun', fault: 'P02' },
  ...ORDERS.flatMap(perOrder),
  { name: 'outcome.acked.before-post', what: 'the answer is understood, the cycler not told', fault: 'P06' },
  { name: 'outcome.acked.posted', what: 'the cycler has been told of the answer', fault: 'P06' },
  {
    name: 'outcome.unknown.before-post',
    what: 'an answer was lost, the cycler not told',
    fault: 'P06',
    limitMs: SELDOM_LIMIT_MS,
  },
  ...perQuery('trades', 'trades of an order', 'P07'),
  { name: 'settled.before-post', what: 'the trades add up, the cycler not told', fault: 'P07' },
  { name: 'settled.posted', what: 'the cycler has the trades', fault: 'P07' },
  { name: 'closing.before-begin', what: 'in settling, before the transaction', fault: 'P07' },
  ...perFill('buy'),
  ...perFill('sell'),
  { name: 'cycle.closed.written', what: 'inside the transaction that ends a cycle', fault: 'P08' },
  { name: 'cycle.closed.committed', what: 'a cycle has ended on disk', fault: 'P09' },
  { name: 'evidence.posted', what: 'the private stream has told of an order' },
  { name: 'move.UNKNOWN.before-commit', what: 'right before an outcome is unknown on disk' },
  { name: 'move.UNKNOWN.committed', what: 'an outcome is unknown on disk' },
  ...perQuery('scan-open', 'scan of open orders', 'P10', true),
  ...perQuery('scan-finished', 'scan of finished orders', 'P11', true),
  ...perQuery('scan-trades', 'scan of own trades', 'P11', true),
  {
    name: 'scanned.posted',
    what: 'the cycler has the result of a scan',
    fault: 'P11',
    limitMs: SELDOM_LIMIT_MS,
  },
  {
    name: 'move.NEVER.before-commit',
    what: 'absence is proven, not yet on disk',
    fault: 'P12',
    limitMs: PROOF_LIMIT_MS,
    most: 1,
  },
  {
    name: 'move.NEVER.committed',
    what: 'absence is proven on disk',
    fault: 'P12',
    limitMs: PROOF_LIMIT_MS,
    most: 1,
  },
  once('lease.before-begin', 'at boot, before the new epoch', 'P13'),
  once('lease.written', 'at boot, inside the transaction of the new epoch', 'P13'),
  once('lease.before-commit', 'at boot, right before the new epoch is committed', 'P13'),
  once('lease.committed', 'at boot, the new epoch is on disk', 'P14'),
  once('inherit.before-begin', 'before an inherited order is called unknown', 'P14'),
  once('lock.before-kernel', 'before the kernel lock'),
  once('lock.kernel-taken', 'the kernel lock is taken, nothing is written'),
  once('signpost.before-listen', 'before the name of the account is claimed'),
  once('owner.opened', 'the draft of the owner record is there, empty'),
  once('owner.written', 'the draft of the owner record is written'),
  once('owner.before-rename', 'the draft is on disk, not in place'),
  once('owner.renamed', 'the owner record is in place'),
  once('account-owner.renamed', 'the record of the account is in place'),
  once('visible-lock.before-mkdir', 'before the lock that other hosts see'),
  once('visible-lock.made', 'the lock that other hosts see is made'),
  ...perQuery('rules', 'rules of the pairs', undefined, true),
  ...perQuery('balances', 'balances', undefined, true),
  ...perQuery('clock', 'clock of the exchange', undefined, true),
  once('control.before-listen', 'before the control socket'),
  once('address.before-rename', 'the address of the API is written, not in place'),
  once('line.posted', 'a line between two threads is laid'),
  ...STOPS,
  first('create.opened', 'the draft of the books is there, empty'),
  first('create.schema-written', 'inside the transaction that makes the books'),
  first('create.before-rename', 'the books are made, not in place'),
  first('create.renamed', 'the books are in place, the folder is not synced'),
  first('token.before-rename', 'the token of the API is written, not in place'),
  first('lock-file.opened', 'the lock file is made, not locked'),
];
