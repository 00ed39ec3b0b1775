import type { Purpose } from './intent.js';
import type { Outcome } from './pair-state.js';

/**
 * How a cycle came to its end, for whoever reads history: `closed` says only that its coins were sold.
 *
 * | ending     | what happened                                                            |
 * | ---------- | ------------------------------------------------------------------------ |
 * | `target`   | sold at its target                                                       |
 * | `hand`     | the operator had it sold                                                 |
 * | `stop`     | its protective stop fired at the exchange                                |
 * | `rollback` | the engine sold it at the market, because no stop could protect it       |
 * | `reset`    | the operator took it out of the books, with the coins that it still held |
 * | `nothing`  | its start buy was never filled                                           |
 */
export type Ending = 'target' | 'hand' | 'stop' | 'rollback' | 'reset' | 'nothing';

export const ENDING_WORDS: Readonly<Record<Ending, string>> = {
  target: 'sold at target',
  hand: 'sold by hand',
  stop: 'stopped out',
  rollback: 'rolled back',
  reset: 'reset',
  nothing: 'nothing bought',
};

/** The order whose trades have ended a cycle. */
export interface EndingSale {
  readonly purpose: Purpose;
  /** It lay at the exchange as a stop; a `stop-loss` that did not is the engine's own sale. */
  readonly isStop: boolean;
}

export function endingOf(outcome: Outcome, sale: EndingSale | null): Ending {
  if (outcome === 'reset') return 'reset';
  if (outcome === 'abandoned') return 'nothing';
  if (sale?.purpose === 'manual-sell') return 'hand';
  if (sale?.purpose !== 'stop-loss') return 'target';
  return sale.isStop ? 'stop' : 'rollback';
}
