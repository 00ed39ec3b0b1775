import { MtradeError } from '@mtrade/base';
import { type ConfigDocument, ladderFromTexts } from '@mtrade/config';
import { type LadderParams, validateLadder } from '@mtrade/cycle';
import { HUNDRED } from '@mtrade/money';
import { type LadderParamsView, ladderParamsJson } from './ladder-params-json.js';
import { ladderView, type LadderViewJson } from './ladder-view.js';
import { type PairTerms, tradingTerms } from './pair-terms.js';

export interface LadderQuestion {
  /** Canonical; it need not be configured. */
  readonly symbol: string;
  /** Of the start buy, decimal text. */
  readonly price: string;
  /** Parameters to try, by their configuration keys; the others are the pair's own. */
  readonly keys: Readonly<Record<string, string>>;
}

export interface LadderPreview extends LadderViewJson {
  readonly params: LadderParamsView;
  readonly warnings: readonly string[];
}

/** The ladder that a pair would have. Throws MTRADE_CONFIG where such a configuration would be refused, with why. */
export function previewLadder(
  { document, terms }: { readonly document: ConfigDocument; readonly terms: PairTerms },
  { symbol, price, keys }: LadderQuestion,
): LadderPreview {
  const own = document.pairs.find((pair) => pair.symbol === symbol)?.ladder;
  const params: LadderParams = ladderFromTexts({ ...document.ladder, ...own }, keys);
  const trading = tradingTerms(terms);
  const { errors } = validateLadder(params, { feePct: trading.feeRate.times(HUNDRED) });
  if (errors.length > 0)
    throw new MtradeError('MTRADE_CONFIG', errors.map(({ message }) => message).join('\n'), {
      key: 'ladder',
    });
  const { json, warnings } = ladderView(symbol, params, price, trading);
  return { ...json, params: ladderParamsJson(params), warnings };
}
