import { type QuoteAmount, roundHalfUp, text, ZERO } from '@mtrade/money';
import { raiseAttention } from './attention.js';
import { averagePrice, type FillSums } from './fill-sums.js';
import type { Intent } from './intent.js';
import type { PairState } from './pair-state.js';
import type { RollbackReason } from './position.js';

type StopOuts = Pick<PairState, 'stopOuts' | 'lastExit'>;

/** The operator has looked, or a cycle has earned something. */
export const NO_STOP_OUTS: StopOuts = { stopOuts: 0, lastExit: null };

/** Why the engine itself sells a position, in words. */
export const ROLLBACK_WORDS: Readonly<Record<RollbackReason, string>> = {
  refused: 'the exchange would not take its protective stop',
  'trigger-passed': 'the price had passed its stop, and none lay on the exchange',
};

/** Of an average price in a sentence: finer than the price step of any pair. */
const SHOWN_DECIMALS = 10;

/** What a sale that has ended a cycle says about stops. A loss that the operator took by hand says nothing. */
export function afterSale(
  { position, stopOuts, lastExit }: PairState,
  { purpose, stop, symbol }: Intent,
  sums: FillSums,
  profit: QuoteAmount,
): StopOuts {
  const isByStop = purpose === 'stop-loss';
  const reason = isByStop && stop === undefined ? (position?.rollback ?? null) : null;
  const count = isByStop ? stopOuts + 1 : stopOuts;
  if (reason !== null) {
    const [base = '', quote = ''] = symbol.split('/');
    const sold = `${text(sums.base)} ${base} were sold at the market for ${text(roundHalfUp(averagePrice(sums), SHOWN_DECIMALS))} ${quote}`;
    return { stopOuts: profit.lt(ZERO) ? count : 0, lastExit: `${sold}: ${ROLLBACK_WORDS[reason]}` };
  }
  return profit.lt(ZERO) ? { stopOuts: count, lastExit } : NO_STOP_OUTS;
}

/** After `most` of them in a row (0: never) the pair buys nothing until the operator has looked. */
export function haltAfterStopOuts(pair: PairState, most: number): PairState {
  if (most === 0 || pair.stopOuts < most || pair.cycle !== null) return pair;
  return raiseAttention(
    pair,
    `${pair.stopOuts} cycles in a row were ended by their stop with a loss: stop_loss_pct may be too narrow for this market; resume the pair to let it trade again`,
  );
}
