import type { EpochMs } from '@mtrade/base';
import { parseScaledPrice, type RestPrice, type ScaledPrice } from '@mtrade/engine';
import { asRow, asRows, epochMsField, MalformedAnswer, type Row } from './answer.js';

/** When the question was asked and when its answer came, by the exchange's clock. */
export interface AskedAt {
  readonly sentMs: number;
  readonly answeredMs: number;
}

/** Null for an empty side; anything else that is no positive plain price makes the whole answer malformed. */
function sideOf(text: unknown, name: string): ScaledPrice | null {
  if (text === undefined || text === null || text === '' || text === '0') return null;
  const price = parseScaledPrice(text);
  if (price === null) throw new MalformedAnswer(`"${name}" is not a price`);
  return price;
}

const levelsOf = (row: Row, name: string): ScaledPrice[] =>
  asRows(row[name]).map((level) => {
    const price = parseScaledPrice(asRows(level)[0]);
    if (price === null) throw new MalformedAnswer(`"${name}" has a level without a price`);
    return price;
  });

/**
 * A book of `GET /spot/order_book`. Its `current` is the exchange's time of the answer; a time that has not come yet is
 * cut off, or the price would never grow old.
 */
export function readBook(answer: unknown, symbol: string, { answeredMs }: AskedAt): RestPrice {
  const row = asRow(answer);
  const asks = levelsOf(row, 'asks');
  const bids = levelsOf(row, 'bids');
  const exchangeMs = Math.min(epochMsField(row, 'current', 'current'), Math.floor(answeredMs)) as EpochMs;
  return { symbol, bid: bids[0] ?? null, ask: asks[0] ?? null, asks, exchangeMs };
}

/** A row of `GET /spot/tickers`. It has no time of its own: it was surely true when it was asked for. */
export function readTicker(row: Row, symbol: string, { sentMs }: AskedAt): RestPrice {
  return {
    symbol,
    bid: sideOf(row['highest_bid'], 'highest_bid'),
    ask: sideOf(row['lowest_ask'], 'lowest_ask'),
    asks: null,
    exchangeMs: Math.floor(sentMs) as EpochMs,
  };
}
