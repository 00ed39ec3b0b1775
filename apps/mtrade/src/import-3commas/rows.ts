import { buildLadder, type LadderParams } from '@mtrade/cycle';
import { type Decimal, HUNDRED, integer, ONE, price, ZERO } from '@mtrade/money';

/** A DCA bot's orders as 3Commas places them. Percentages are points. */
export interface TheirLadder {
  readonly baseOrder: Decimal;
  readonly safetyOrder: Decimal;
  readonly safetyOrders: number;
  readonly stepPct: Decimal;
  /** Each step is this many times the one before. */
  readonly stepScale: Decimal;
  /** Each safety order is this many times the one before; the base order stands outside of the row. */
  readonly volumeScale: Decimal;
  readonly takeProfitPct: Decimal;
}

/** One order: how far below the base order's price, for how much quote, and where the position is sold after it. */
export interface PlannedOrder {
  readonly dropPct: Decimal;
  readonly purchase: Decimal;
  /** Above the average price of all orders so far. */
  readonly profitPct: Decimal;
}

/**
 * The price deviation of a safety order is counted from the base order, and is the sum of all steps up to it (3Commas,
 * "Safety order step scale"); the take profit is counted from the average price of the whole position.
 */
export function theirOrders(ladder: TheirLadder): readonly PlannedOrder[] {
  const orders: PlannedOrder[] = [
    { dropPct: ZERO, purchase: ladder.baseOrder, profitPct: ladder.takeProfitPct },
  ];
  let [dropPct, step, purchase] = [ZERO, ladder.stepPct, ladder.safetyOrder];
  for (let order = 1; order <= ladder.safetyOrders; order += 1) {
    dropPct = dropPct.plus(step);
    orders.push({ dropPct, purchase, profitPct: ladder.takeProfitPct });
    step = step.times(ladder.stepScale).round(20);
    purchase = purchase.times(ladder.volumeScale).round(20);
  }
  return orders;
}

/** The same of our own ladder, by the code that trades it. */
export const ourOrders = (params: LadderParams): readonly PlannedOrder[] =>
  buildLadder(params, price('100')).rows.map(({ dropPct, purchase, sellPrice, breakEven }) => ({
    dropPct,
    purchase,
    profitPct: sellPrice.div(breakEven).minus(ONE).times(HUNDRED),
  }));

/** Figures that nobody could tell apart on any exchange. */
const NOTHING = integer(1).div('1000000');
export const isSame = (a: Decimal, b: Decimal): boolean => a.minus(b).abs().lte(NOTHING);

const places = (value: Decimal, decimals: number): Decimal => value.round(decimals);

/**
 * Step and growth of our ladder for steps that grow by a factor: the first order where theirs is, and the last; the ones
 * between follow a sum instead of a product.
 */
export function fitSteps(orders: readonly PlannedOrder[]): { stepPct: Decimal; stepGrowthPct: Decimal } {
  const last = orders.length - 1;
  const [, first] = orders;
  const deepest = orders[last]?.dropPct ?? ZERO;
  if (first === undefined) return { stepPct: ONE, stepGrowthPct: ZERO };
  const even = { stepPct: places(deepest.div(integer(last)), 8), stepGrowthPct: ZERO };
  if (last === 1) return { stepPct: first.dropPct, stepGrowthPct: ZERO };
  const growth = deepest
    .minus(first.dropPct.times(integer(last)))
    .times('2')
    .div(integer(last * (last - 1)));
  // Steps that shrink cannot be said; equal ones end at the same depth.
  if (growth.lt(ZERO)) return even;
  const step = first.dropPct.minus(growth);
  if (step.gt(ZERO)) return { stepPct: places(step, 8), stepGrowthPct: places(growth, 8) };
  // Steps that grow so fast that the first one would be none: the smallest there is, and the same depth at the end.
  const smallest = integer(1).div('100');
  const steep = deepest
    .minus(smallest.times(integer(last)))
    .times('2')
    .div(integer(last * (last + 1)));
  return { stepPct: smallest, stepGrowthPct: places(steep, 8) };
}

/** Base order and scale: theirs where one factor leads from order to order; else every safety order theirs. */
export function fitVolumes({ baseOrder, safetyOrder, safetyOrders, volumeScale }: TheirLadder): {
  baseOrder: Decimal;
  volumeScale: Decimal;
} {
  if (safetyOrders === 0) return { baseOrder, volumeScale: ONE };
  const jump = safetyOrder.div(baseOrder);
  if (safetyOrders === 1 || isSame(jump, volumeScale))
    return { baseOrder, volumeScale: isSame(jump, volumeScale) ? volumeScale : places(jump, 12) };
  return { baseOrder: places(safetyOrder.div(volumeScale), 8), volumeScale };
}
