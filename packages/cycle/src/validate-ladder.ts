import {
  type BaseQty,
  type Decimal,
  floorToStep,
  HUNDRED,
  integer,
  ONE,
  type Price,
  price,
  type QuoteAmount,
  scaled,
  text,
  ZERO,
} from '@mtrade/money';
import {
  buildLadder,
  ladderStopPrice,
  type Ladder,
  type LadderParams,
  purchaseScale,
  rowProfitPct,
  stepDropPct,
} from './ladder.js';
import type { MarketRules } from './market.js';
import { stopLimit } from './stop-terms.js';

/** Something wrong with the parameters; `rows` names the rows it is about, when it is about rows. */
export interface LadderFinding {
  readonly message: string;
  readonly rows?: readonly number[];
}

export interface LadderReport {
  /** Any of these refuses the parameters. */
  readonly errors: readonly LadderFinding[];
  readonly warnings: readonly LadderFinding[];
  /** Rows that sell at a net loss after the fee of both sides. */
  readonly lossRows: readonly number[];
  /** Rows that lie at or below the stop of the row before them: the position is sold before they are reached. */
  readonly unreachableRows: readonly number[];
  /** Quote that the whole ladder needs: the sum of all purchases. */
  readonly totalQuote: QuoteAmount;
  /** Per row: gain of selling there, in per cent of the money invested, after the fee on both sides. Empty without a fee. */
  readonly netMarginsPct: readonly Decimal[];
}

export interface LadderCheckOptions {
  /** The pair's minimum amounts and steps; without them those checks are left out. */
  readonly rules?: MarketRules | null;
  /** Fee of one side in per cent; without it the rules' own rate, without those no net margins. */
  readonly feePct?: Decimal | null;
  /** Price of the pair, for minimum amounts in base. */
  readonly atPrice?: Price | null;
}

const NOTHING_FOUND: LadderReport = {
  errors: [],
  warnings: [],
  lossRows: [],
  unreachableRows: [],
  totalQuote: ZERO as QuoteAmount,
  netMarginsPct: [],
};

/** No account holds more; beyond it the parameters are a slip of the pen, and the text form of amounts runs out. */
const TOTAL_QUOTE_LIMIT = integer(1_000_000_000_000_000);
const MAX_SAFETY_ORDERS = 100;
const TWO = integer(2);

/** Says what is wrong with the parameters before any trade, and what a ladder of them costs. */
export function validateLadder(params: LadderParams, options: LadderCheckOptions = {}): LadderReport {
  const shape = shapeErrors(params);
  if (shape.length > 0) return { ...NOTHING_FOUND, errors: shape };

  const totalQuote = totalPurchase(params);
  const errors = [...totalErrors(totalQuote), ...dropErrors(params), ...targetErrors(params)];
  if (errors.length > 0) return { ...NOTHING_FOUND, errors, totalQuote };

  const ladder = buildLadder(params, options.atPrice ?? price('100'));
  const feePct = options.feePct ?? options.rules?.feeRate.times(HUNDRED) ?? null;
  const netMarginsPct = feePct === null ? [] : netMargins(ladder, feePct);
  const lossRows = range(netMarginsPct.length - 1).filter((step) => netMarginsPct[step]?.lt(ZERO));
  const unreachableRows = rowsBelowStop(ladder, params);
  const narrow = narrowStop(params, feePct);
  return {
    errors: options.rules
      ? [
          ...narrow.errors,
          ...minimumErrors(ladder, options.rules, options.atPrice ?? null),
          ...stopMinimumErrors(ladder, params, options.rules),
        ]
      : narrow.errors,
    warnings: [
      ...lossWarnings(lossRows, feePct),
      ...narrow.warnings,
      ...stopWarnings(unreachableRows, params),
    ],
    lossRows,
    unreachableRows,
    totalQuote,
    netMarginsPct,
  };
}

function shapeErrors(params: LadderParams): LadderFinding[] {
  const errors: LadderFinding[] = [];
  const refuse = (wrong: boolean, message: string): void => {
    if (wrong) errors.push({ message });
  };
  refuse(params.baseOrder.lte(ZERO), `base_order must be above 0, not ${text(params.baseOrder)}`);
  const { safetyOrders } = params;
  refuse(
    !Number.isSafeInteger(safetyOrders) || safetyOrders < 0 || safetyOrders > MAX_SAFETY_ORDERS,
    `safety_orders must be a whole number from 0 to ${MAX_SAFETY_ORDERS}, not ${safetyOrders}`,
  );
  refuse(params.volumeScale.lte(ZERO), `volume_scale must be above 0, not ${text(params.volumeScale)}`);
  refuse(
    params.bookLevelStep.lt(ZERO),
    `book_level_step must not be negative, it is ${text(params.bookLevelStep)}`,
  );
  refuse(
    params.stopLossPct.lt(ZERO) || params.stopLossPct.gte(HUNDRED),
    `stop_loss_pct must be at least 0 and below 100, not ${text(params.stopLossPct)}`,
  );
  refuse(params.reserve.lt(ZERO), `reserve must not be negative, it is ${text(params.reserve)}`);
  return errors;
}

/** Stops adding once the limit is passed: the amounts of a mistyped scale grow without bound. */
function totalPurchase(params: LadderParams): QuoteAmount {
  const scale = purchaseScale(params);
  let purchase: Decimal = params.baseOrder;
  let total: Decimal = purchase;
  for (let step = 1; step <= params.safetyOrders && total.lt(TOTAL_QUOTE_LIMIT); step += 1) {
    purchase = purchase.times(scale);
    total = total.plus(purchase);
  }
  return total as QuoteAmount;
}

const totalErrors = (total: QuoteAmount): LadderFinding[] =>
  total.lt(TOTAL_QUOTE_LIMIT)
    ? []
    : [
        {
          message: `the ladder needs more than ${text(TOTAL_QUOTE_LIMIT)} of the quote coin; lower volume_scale or safety_orders`,
        },
      ];

function dropErrors(params: LadderParams): LadderFinding[] {
  const errors: LadderFinding[] = [];
  const notFalling: number[] = [];
  const belowZero: number[] = [];
  let drop = ZERO;
  for (let step = 1; step <= params.safetyOrders; step += 1) {
    const fall = stepDropPct(params, step);
    if (fall.lte(ZERO)) notFalling.push(step);
    drop = drop.plus(fall);
    if (drop.gte(HUNDRED)) belowZero.push(step);
  }
  if (notFalling.length > 0)
    errors.push({
      message: `${named(notFalling, 'does not lie', 'do not lie')} below the row before; raise step_pct`,
      rows: notFalling,
    });
  if (belowZero.length > 0)
    errors.push({
      message: `${named(belowZero, 'lies', 'lie')} 100 % or more below the start price (the last one ${text(drop)} %); lower step_pct, step_growth_pct or safety_orders`,
      rows: belowZero,
    });
  return errors;
}

/** sell_price >= break-even exactly when the row's own profit target is not negative. */
function targetErrors(params: LadderParams): LadderFinding[] {
  const rows = range(params.safetyOrders).filter((step) => rowProfitPct(params, step).lt(ZERO));
  if (rows.length === 0) return [];
  const message = `${named(rows, 'would sell below its', 'would sell below their')} break-even; raise take_profit_pct or lower take_profit_decay_pct`;
  return [{ message, rows }];
}

function minimumErrors(ladder: Ladder, rules: MarketRules, atPrice: Price | null): LadderFinding[] {
  const errors: LadderFinding[] = [];
  const poor = ladder.rows.filter((row) => row.purchase.lt(rules.minQuote)).map((row) => row.step);
  if (poor.length > 0)
    errors.push({
      message: `${named(poor, 'buys', 'buy')} for less than ${rules.symbol}'s minimum of ${text(rules.minQuote)} ${rules.quote}; raise base_order`,
      rows: poor,
    });
  if (atPrice === null) return errors;
  const small = ladder.rows
    .filter((row) => {
      const amount = floorToStep(row.purchase.div(row.rate) as BaseQty, rules.amountStep);
      return amount.lte(ZERO) || amount.lt(rules.minBase);
    })
    .map((row) => row.step);
  if (small.length > 0)
    errors.push({
      message: `${named(small, 'buys', 'buy')} less than ${rules.symbol}'s minimum amount of ${text(rules.minBase)} ${rules.base} at a price of ${text(atPrice)}; raise base_order`,
      rows: small,
    });
  return errors;
}

/** Coins are reduced by the fee of every buy, proceeds by the fee of the sale. */
export function netMargins(ladder: Ladder, feePct: Decimal): readonly Decimal[] {
  const kept = ONE.minus(feePct.div(HUNDRED));
  return ladder.rows.map((row) =>
    row.coins.times(kept).times(row.sellPrice).times(kept).div(row.invested).minus(ONE).times(HUNDRED),
  );
}

/** The stop of row k stands until row k+1 is bought. */
function rowsBelowStop(ladder: Ladder, params: LadderParams): number[] {
  const { rows } = ladder;
  return rows.flatMap((row, index) => {
    const stop = rows[index - 1] && ladderStopPrice(rows[index - 1] as (typeof rows)[number], params);
    return stop && row.rate.lte(stop) ? [row.step] : [];
  });
}

function stopWarnings(rows: readonly number[], params: LadderParams): LadderFinding[] {
  if (rows.length === 0) return [];
  const message = `${named(rows, 'lies', 'lie')} below the stop of the row before (stop_loss_pct ${text(params.stopLossPct)}): the position is sold before`;
  return [{ message, rows }];
}

/** Above the fee of both sides a stop still has to keep clear of the spread and of what a price does in any minute. */
const STOP_CLEARANCE_PCT = scaled(5, 1);

/**
 * A stop so near is reached by the spread and the fees alone: every cycle would end with a loss within minutes, one after
 * the other.
 */
function narrowStop(
  { stopLossPct }: LadderParams,
  feePct: Decimal | null,
): Pick<LadderReport, 'errors' | 'warnings'> {
  if (stopLossPct.eq(ZERO) || feePct === null) return { errors: [], warnings: [] };
  const bothFees = feePct.times(TWO);
  const own = `stop_loss_pct ${text(stopLossPct)}`;
  if (stopLossPct.lte(bothFees)) {
    const message = `${own} is not more than the fee of buying and selling (${text(bothFees)} %): each cycle would end at its stop, with a loss; set it to 0 for no stop, or well above ${text(bothFees)}`;
    return { errors: [{ message }], warnings: [] };
  }
  const least = bothFees.plus(STOP_CLEARANCE_PCT);
  if (stopLossPct.gte(least)) return { errors: [], warnings: [] };
  const message = `${own} is narrow: fees take ${text(bothFees)} % of it, and the rest is what prices do within minutes; from ${text(least)} on it is less likely to sell at a loss over and over`;
  return { errors: [], warnings: [{ message }] };
}

/** The smallest position is that of row 0; what its stop would sell must be an order that the pair takes. */
function stopMinimumErrors({ rows }: Ladder, params: LadderParams, rules: MarketRules): LadderFinding[] {
  const [first] = rows;
  const stop = first && ladderStopPrice(first, params);
  const least = stop && stopLimit(stop, rules.priceStep);
  if (!first || !least || first.coins.times(least).gte(rules.minQuote)) return [];
  const message = `a stop ${text(params.stopLossPct)} % below row 0 would sell for less than ${rules.symbol}'s minimum of ${text(rules.minQuote)} ${rules.quote}; raise base_order or lower stop_loss_pct`;
  return [{ message, rows: [0] }];
}

function lossWarnings(rows: readonly number[], feePct: Decimal | null): LadderFinding[] {
  if (rows.length === 0 || feePct === null) return [];
  return [
    {
      message: `${named(rows, 'sells', 'sell')} at a net loss after a fee of ${text(feePct)} % on both sides`,
      rows,
    },
  ];
}

const range = (last: number): number[] => Array.from({ length: last + 1 }, (_, step) => step);

/** `row 3 sells`, `rows 7-16 sell`. */
const named = (rows: readonly number[], one: string, many: string): string =>
  rows.length === 1 ? `row ${rows[0]} ${one}` : `rows ${span(rows)} ${many}`;

/** `7-16`, `15, 16`, `3`: row numbers as people write them. */
function span(rows: readonly number[]): string {
  const first = rows[0] ?? 0;
  const last = rows.at(-1) ?? 0;
  return rows.length > 2 && last - first + 1 === rows.length ? `${first}-${last}` : rows.join(', ');
}
