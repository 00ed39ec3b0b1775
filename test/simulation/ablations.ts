import type { FaultKind } from './fault.js';

/** One safety switched off, in an adapter of the simulation and never in the engine's own code. */
export interface Ablation {
  readonly name: string;
  readonly what: string;
  /** Checks that would only see the switch itself; what counts is the damage. */
  readonly muted?: readonly string[];
  /** A fault that ordinary runs do not have, or seldom, so many times per hour. */
  readonly extra?: { readonly kind: FaultKind; readonly perHour: number };
  /** Of the planned faults only every so many-th: the check needs calm, for a fault may be the reason just as well. */
  readonly keepsEvery?: number;
}

export const ABLATIONS = [
  {
    name: 'no-expiry',
    what: 'orders are sent without an expiry, and whenever',
    muted: ['I9'],
  },
  {
    name: 'no-gate',
    what: 'an order is sent as soon as it is signed, without the word that its intent is committed',
    muted: ['I2', 'I3'],
  },
  {
    name: 'no-lag',
    what: 'an absence counts at once after the deadline (L_vis = 0)',
    extra: { kind: 'unseen', perHour: 10 },
  },
  {
    name: 'lookup-is-proof',
    what: '"not found by client id" is taken for "never existed"',
  },
  {
    name: 'failed-scan-counts',
    what: 'a scan with failed pages is taken for a complete one',
  },
  {
    name: 'one-page',
    what: 'a scan reads the first page of each list only',
  },
  {
    name: 'resend',
    what: 'an order without an answer is sent once more',
    muted: ['I3', 'I9'],
  },
  {
    name: 'unknown-is-rejected',
    what: 'an order without an answer is taken for refused',
  },
  {
    name: 'mismatch-accepted',
    what: 'an answer about another order is taken for ours',
  },
  {
    name: 'active-only',
    what: 'only acknowledged intents count as open, in the index and at a start',
    muted: ['I1', 'I7'],
  },
  {
    name: 'commits-lost',
    what: 'a crash takes the last commits with it (synchronous=NORMAL and a power loss)',
    // The checker's own sums do not go back with the disk.
    muted: ['I8', 'I16'],
  },
  {
    name: 'same-nonce',
    what: 'the start nonce stays the same when an old backup is put back',
    muted: ['I4', 'I5', 'I8', 'I16', 'I2', 'CONTRADICTION'],
    extra: { kind: 'restore', perHour: 2 },
  },
  {
    name: 'fee-ignored',
    what: 'fees are not booked',
    muted: ['I6'],
  },
  {
    name: 'float-ledger',
    what: 'the books keep sums as floating-point numbers',
  },
  {
    name: 'flags-not-swept',
    what: 'what a dead cycler had claimed stays claimed',
    extra: { kind: 'cycler-death', perHour: 10 },
    muted: ['I15'],
  },
  {
    name: 'no-debounce',
    what: 'a pair that was looked at a moment ago is looked at again',
  },
  {
    name: 'no-late-fills',
    what: 'nobody looks at an order that trades after its end',
    extra: { kind: 'queued', perHour: 4 },
  },
  {
    name: 'no-reconciliation',
    what: 'the account is never compared with the books',
    extra: { kind: 'queued', perHour: 4 },
  },
  {
    name: 'stop-cancel-is-proof',
    what: 'a stop that was asked to be cancelled is taken for cancelled, without a look',
  },
  {
    name: 'stop-unknown-is-refused',
    what: 'a stop without an answer is taken for refused',
  },
  {
    name: 'no-stop-survey',
    what: 'stops on the exchange are never compared with the books',
    extra: { kind: 'stop-queued', perHour: 4 },
  },
  {
    name: 'no-renewal',
    what: 'a stop is left to expire',
    keepsEvery: 8,
  },
  {
    name: 'no-stop-out-limit',
    what: 'stops that sell at a loss one after the other halt nothing',
  },
  {
    name: 'no-band',
    what: 'a price that jumps is believed at once',
  },
  {
    name: 'no-exchange-time',
    what: 'a frame is as old as its arrival, whatever its stamp says',
    extra: { kind: 'frames-late', perHour: 20 },
  },
  {
    name: 'rules-hourly',
    what: 'nobody asks for the rules that a pair waits for before the hour is over',
    extra: { kind: 'trade-status', perHour: 6 },
  },
  {
    name: 'not-fenced',
    what: 'a replaced process may write on',
  },
] as const satisfies readonly Ablation[];

export type AblationName = (typeof ABLATIONS)[number]['name'];

export const ablationOf = (name: string): Ablation => {
  const found = (ABLATIONS as readonly Ablation[]).find((ablation) => ablation.name === name);
  if (!found)
    throw new Error(`no ablation ${name}; there are: ${ABLATIONS.map((one) => one.name).join(', ')}`);
  return found;
};
