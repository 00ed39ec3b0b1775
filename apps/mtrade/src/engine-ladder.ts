import { errorText, isMtradeError, MtradeError } from '@mtrade/base';
import type { TradingTerms } from '@mtrade/cycle';
import type { HistoryAnswers, LadderPreview } from '@mtrade/runtime';
import { ControlClient } from './control-client.js';

/** What a ladder is worked out from beyond its parameters. */
export interface LadderStart {
  /** Of the start buy, decimal text. */
  readonly price: string;
  readonly terms: TradingTerms;
  /** What a person should know about where these come from. */
  readonly notes: readonly string[];
}

/** A look at a table is not worth a longer wait. */
const ANSWER_LIMIT_MS = 3_000;

interface PairAnswer {
  readonly books: HistoryAnswers['pair'];
  readonly next: LadderPreview | null;
}

/** What a running engine knows of the pair; null when none runs. Rejects when it cannot say. */
async function askEngine(
  dataDir: string,
  symbol: string,
  price: string | null,
): Promise<Pick<LadderPreview, 'price' | 'fee_pct' | 'price_step'> | null> {
  const engine = new ControlClient(dataDir);
  const name = symbol.replace('/', '-');
  try {
    if (price !== null)
      return (await engine.get(`/v1/ladder?pair=${name}&price=${price}`, ANSWER_LIMIT_MS)) as LadderPreview;
    const { next } = (await engine.get(`/v1/pairs/${name}`, ANSWER_LIMIT_MS)) as PairAnswer;
    if (next === null) throw new MtradeError('MTRADE_USAGE', `it has no price of ${symbol} yet`, {});
    return next;
  } catch (error) {
    if (isMtradeError(error, 'MTRADE_NOT_RUNNING')) return null;
    throw error;
  }
}

const priceMissing = (symbol: string, why: string): MtradeError =>
  new MtradeError('MTRADE_USAGE', `the price of ${symbol} is not known: ${why}; give it with --price`, {});

/**
 * Price, fee and price step of a pair: from the running engine, which has them from the exchange. Without one the price
 * must be given and the fee is the configured one. Rejects with MTRADE_USAGE when there is no price.
 */
export async function ladderStart(
  {
    dataDir,
    symbol,
    price,
  }: { readonly dataDir: string; readonly symbol: string; readonly price: string | null },
  configured: TradingTerms,
): Promise<LadderStart> {
  const { decimal, HUNDRED, price: priceOf } = await import('@mtrade/money');
  let known: Awaited<ReturnType<typeof askEngine>>;
  try {
    known = await askEngine(dataDir, symbol, price);
  } catch (error) {
    if (price === null)
      throw priceMissing(symbol, `the running engine does not tell it: ${errorText(error)}`);
    const notes = [
      `note: the fee is the configured one, the running engine does not tell it: ${errorText(error)}`,
    ];
    return { price, terms: configured, notes };
  }
  if (known === null) {
    if (price === null) throw priceMissing(symbol, 'no engine runs');
    return { price, terms: configured, notes: [] };
  }
  const { fee_pct: feePct, price_step: priceStep } = known;
  return {
    price: known.price,
    terms: {
      feeRate: decimal(feePct).div(HUNDRED),
      priceStep: priceStep === null ? null : priceOf(priceStep),
    },
    notes:
      price === null
        ? [
            `note: the price, ${known.price} now, the fee and the price step are from the running engine; the rows are from this configuration`,
          ]
        : [],
  };
}
