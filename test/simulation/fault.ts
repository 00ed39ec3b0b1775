/**
 * Everything that is done to the engine in a run, as data: a moment, a kind, a whole number. A list of them can be
 * printed, cut down and played again.
 *
 * For kinds that concern one pair, `value % 100` is the pair and `floor(value / 100)` the amount.
 */
export interface Fault {
  /** Simulated ms since the begin of the run. */
  readonly atMs: number;
  readonly kind: FaultKind;
  readonly value: number;
}

/** What each kind does, and what its number means. The catalogue's IDs stand in brackets. */
export const FAULTS = {
  'answer-lost': 'the next order is processed, its answer lost (N01, N04)',
  'request-lost': 'the next order never arrives (N02)',
  'request-delayed': 'the next order travels for `value` ms (N03)',
  'error-before': 'a 5xx instead of the next order (N06)',
  'error-after': 'a 5xx after the next order was processed (N05)',
  refused: 'the next order is refused with label number `value` (N14, N17, N19)',
  'wrong-text': 'the answer to the next order is about another order (N26)',
  'processed-twice': 'the next order is processed twice (N24)',
  'cut-off': 'the next order is processed, then nothing reaches the exchange for `value` ms (N01, N31)',
  unseen:
    'the next order is processed, answer and order events are lost, the lists show it after `value` ms (N01, W07)',
  queued:
    'the next order is taken, its answer lost; it lies at the exchange for `value` ms and trades then, expired or not (N24, seen late)',
  'slow-exchange': 'the next order takes `value` ms to appear in any list',
  'read-lost': 'the next `value` reads are not answered',
  'read-error': 'the next `value` reads get a 5xx',
  'balances-stale': 'the next balances are `value` ms old (X20)',
  outage: 'nothing reaches the exchange for `value` ms (N31)',
  'price-jump': 'the pair jumps by `amount - 500` per mille (W17)',
  'thin-book': "the pair's book is nearly empty for `amount` s (X01, X02, X03)",
  'trade-status': 'the pair is buyable, sellable or untradable for `amount` s (X13)',
  'feed-stale': 'the pair sends no prices for `amount` s (W03)',
  'frames-late': "the pair's prices come `amount` s late for two minutes (W04)",
  'price-spike': "a frame with `amount` per mille of the pair's price, which the exchange never had (W17)",
  'stream-lost': 'private order events are lost for `value` ms (W07)',
  'stream-late': 'private order events come `value` ms late (N25)',
  kill: 'the process dies at the next crash point number `value` (P01-P14)',
  'cycler-death': 'the cycler thread dies at the next crash point number `value` (P18, P19)',
  'lane-death': 'the order thread dies at the next crash point number `value` (P18)',
  'reactor-death': 'the reactor thread dies (P18)',
  freeze: 'the process stands still for `value` ms at its next commit (P21, P22)',
  zombie: 'as `freeze`, and meanwhile another process takes over',
  'clock-jump': "the host's wall clock jumps by `value` ms (N20, P43)",
  'disk-full': 'the next `value` commits are refused by the disk (P25, P28)',
  'disk-error': 'the next commit fails with an error of the disk (P26)',
  pause: 'the operator pauses the pair',
  resume: 'the operator resumes the pair',
  reset: 'the operator resets the pair',
  forbid: 'the operator forbids the pair',
  permit: 'the operator permits the pair',
  'sell-now': "the operator sells the pair's position",
  'trading-off': 'the operator stops trading',
  'trading-on': 'the operator starts trading',
  'user-buys': 'the user buys `amount` quote of the coin by hand (X17)',
  'user-sells': "the user sells `amount` per cent of the coin's balance by hand (X16)",
  'user-trades': 'the user makes `amount` small buys by hand (N30)',
  'stop-cancelled': "the user cancels the pair's stop on the web (X18)",
  'stop-doubled': 'the next stop is processed twice (N24)',
  'stop-queued':
    'the next stop is taken, its answer lost; it lies at the exchange for `value` ms and is placed then, given up or not (N24, seen late)',
  restore: 'the books are put back to the backup of `value` ms ago (P31); never drawn, only for ablations',
} as const;
export type FaultKind = keyof typeof FAULTS;

export const FAULT_KINDS = Object.keys(FAULTS) as readonly FaultKind[];

export const pairIndex = ({ value }: Fault, pairs: number): number => Math.abs(value % 100) % pairs;
export const amountOf = ({ value }: Fault): number => Math.floor(value / 100);

export const printFault = ({ kind, atMs, value }: Fault): string => `${kind}@${atMs}=${value}`;
export const printFaults = (faults: readonly Fault[]): string => faults.map(printFault).join(',');

/** The other way round. Throws with the part that is no fault. */
export function parseFaults(text: string): Fault[] {
  if (text.trim() === '') return [];
  return text.split(',').map((part) => {
    const match = /^([a-z-]+)@(\d+)=(-?\d+)$/.exec(part.trim());
    const kind = match?.[1];
    if (!match || kind === undefined || !Object.hasOwn(FAULTS, kind))
      throw new Error(`not a fault: ${part} (kind@ms=value)`);
    return { kind: kind as FaultKind, atMs: Number(match[2]), value: Number(match[3]) };
  });
}
