import type { Decimal } from '@mtrade/money';
import { ZERO } from '@mtrade/money';
import type { MarketLevel } from './levels.js';
import type { Market } from './market.js';
import type { LiveOrder } from './orders.js';
import type { OrderSide } from './types.js';

/** What an incoming order may take. Exactly one of `units` and `budget` is set. */
export interface Taking {
  readonly userId: string;
  readonly side: OrderSide;
  /** Worst price; Infinity (buy) or 0 (sell) for none. */
  readonly limitTicks: number;
  /** Base, in amount steps. */
  readonly units: number | null;
  /** Quote: a market buy. */
  readonly budget: Decimal | null;
}

export interface PlannedFill {
  readonly ticks: number;
  readonly units: number;
  /** Who gives: a level of the market or another user's resting order. */
  readonly from: { readonly level: MarketLevel } | { readonly order: LiveOrder };
}

export interface Plan {
  readonly fills: readonly PlannedFill[];
  /** All of `units` was found, or no further amount step can be paid from `budget`. */
  readonly isComplete: boolean;
  /** The next order in line is the user's own: an order never trades with its own user. */
  readonly hitsOwn: boolean;
}

/**
 * Walks the opposite side from its best price: the market's level before resting orders of the same price, older
 * resting orders first. Changes nothing, so that all-or-nothing orders can look before they take.
 */
export function planFills(market: Market, taking: Taking): Plan {
  const levels = market.levelsFor(taking.side);
  const orders = market.resting(taking.side === 'buy' ? 'sell' : 'buy');
  const isWithin = (ticks: number): boolean =>
    taking.side === 'buy' ? ticks <= taking.limitTicks : ticks >= taking.limitTicks;
  const isBetter = (a: number, b: number): boolean => (taking.side === 'buy' ? a <= b : a >= b);

  const fills: PlannedFill[] = [];
  let [levelAt, orderAt] = [0, 0];
  let unitsLeft = taking.units ?? 0;
  let budgetLeft = taking.budget ?? ZERO;

  for (;;) {
    if (taking.budget === null && unitsLeft === 0) return { fills, isComplete: true, hitsOwn: false };
    const level = levels[levelAt];
    const order = orders[orderAt];
    const takesLevel =
      level !== undefined && (order === undefined || isBetter(level.ticks, order.priceTicks));
    const ticks = takesLevel ? level.ticks : order?.priceTicks;
    if (ticks === undefined || !isWithin(ticks)) return { fills, isComplete: false, hitsOwn: false };
    if (!takesLevel && order?.view.userId === taking.userId)
      return { fills, isComplete: false, hitsOwn: true };

    const offered = takesLevel ? level.units : market.unitsOf((order as LiveOrder).left);
    const wanted = taking.budget === null ? unitsLeft : market.affordableUnits(budgetLeft, ticks);
    const units = Math.min(offered, wanted);
    if (units > 0) fills.push({ ticks, units, from: takesLevel ? { level } : { order: order as LiveOrder } });
    if (taking.budget === null) unitsLeft -= units;
    else {
      // Less than was offered means that the next step cannot be paid: a budget never gets closer to its end.
      if (wanted <= offered && units === wanted) return { fills, isComplete: true, hitsOwn: false };
      budgetLeft = budgetLeft.minus(market.priceOf(ticks).times(market.amountOf(units)));
    }
    if (takesLevel) levelAt += 1;
    else orderAt += 1;
  }
}
