import { waitText } from '@mtrade/cycle';
import type { PairView } from '@mtrade/engine';
import { decimal, type Decimal, quotient, roundHalfUp, sumsByKey, text, ZERO } from '@mtrade/money';

/** What follows from a pair's state and its prices, for people to read: worked out here, apart from the cycler. */
export interface PairFigures {
  /** `waiting_for` in plain words. */
  readonly waiting_text: string | null;
  /** How far the bid has to rise until the position is sold, in % of the bid; negative when it is high enough. */
  readonly distance_to_sell_pct: string | null;
  /** How far the ask has to fall until the next row is bought, in % of the ask; negative when it is low enough. */
  readonly distance_to_buy_pct: string | null;
  /** What the position would bring at the bid, before the fee. */
  readonly value: string | null;
}
export type PairStatus = PairView & PairFigures;

const HUNDRED = decimal('100');
const PCT_DECIMALS = 4;
const VALUE_DECIMALS = 8;

/** From a price up to a level, in % of the price. */
function distancePct(from: string | null, level: string | null): Decimal | null {
  if (from === null || level === null) return null;
  const price = decimal(from);
  if (price.lte(ZERO)) return null;
  return roundHalfUp(quotient(decimal(level).minus(price).times(HUNDRED), price), PCT_DECIMALS);
}

/** Why the pair waits; one that only sells says at which price, because nothing else will happen to it. */
function waitingText({
  waiting_for: reason,
  sell_limit: limit,
  sell_price: target,
}: PairView): string | null {
  const price = limit ?? target;
  return reason === 'only_sells' && price !== null ? `${waitText(reason)} at ${price}` : waitText(reason);
}

const shown = (value: Decimal | null): string | null => value && text(value);

export function withFigures(pair: PairView): PairStatus {
  const toBuy = distancePct(pair.ask, pair.next_buy_price);
  const base = decimal(pair.base_volume);
  return {
    ...pair,
    waiting_text: waitingText(pair),
    distance_to_sell_pct: shown(distancePct(pair.bid, pair.sell_price)),
    distance_to_buy_pct: shown(toBuy && ZERO.minus(toBuy)),
    value:
      pair.bid === null || base.eq(ZERO)
        ? null
        : text(roundHalfUp(base.times(decimal(pair.bid)), VALUE_DECIMALS)),
  };
}

/** What is tied up in open positions, per quote coin. */
export function investedByQuote(pairs: readonly PairView[]): Readonly<Record<string, string>> {
  const sums = sumsByKey(
    pairs.map(({ symbol, invested }) => [symbol.split('/')[1] ?? '', decimal(invested)]),
  );
  return Object.fromEntries([...sums].map(([quote, sum]) => [quote, text(sum)]));
}
