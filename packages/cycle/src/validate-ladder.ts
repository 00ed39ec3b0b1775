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
  type Ladder,
  type LadderParams,
  purchaseScale,
  rowProfitPct,
  stepDropPct,
} from './ladder.js';
import { type LadderFinding, named } from './ladder-finding.js';
import type { MarketRules } from './market.js';
import { rowPrices } from './row-prices.js';
import { narrowStop, rowsBelowStop, stopMinimumErrors, stopWarnings } from './validate-stop.js';

export interface LadderReport {
  /** Any of these refuses the parameters. */
  readonly errors: readonly LadderFinding[];
  readonly warnings: readonly LadderFinding[];
  /** Rows whose own target does not cover the fee of both sides: they wait for break-even instead and earn nothing. */
  readonly breakEvenRows: readonly number[];
  /** Rows that lie at or below the stop of the row before them: the position is sold before they are reached. */
  readonly unreachableRows: readonly number[];
  /** Quote that the whole ladder needs: the sum of all purchases. */
  readonly totalQuote: QuoteAmount;
  /**
   * Per row: gain of selling at its own target, in per cent of the money invested, after the fee on both sides. Empty
   * without a fee. A row below zero is not sold there.
   */
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
  breakEvenRows: [],
  unreachableRows: [],
  totalQuote: ZERO as QuoteAmount,
  netMarginsPct: [],
};

/** No account holds more; beyond it the parameters are a slip of the pen, and the text form of amounts runs out. */
const TOTAL_QUOTE_LIMIT = integer(1_000_000_000_000_000);
const MAX_SAFETY_ORDERS = 100;
const PER_CENT = scaled(1, 2);

/** Says what is wrong with the parameters before any trade, and what a ladder of them costs. */
export function validateLadder(params: LadderParams, options: LadderCheckOptions = {}): LadderReport {
  return createLadderCheck()(params, options);
}

/**
 * `validateLadder` for many pairs: most of the work is the same for all that have the same parameters and the same fee,
 * and one ladder takes milliseconds.
 */
export function createLadderCheck(): (params: LadderParams, options: LadderCheckOptions) => LadderReport {
  const judged = new Map<string, Judged>();
  return (params, options) => {
    const feePct = options.feePct ?? options.rules?.feeRate.times(HUNDRED) ?? null;
    const atPrice = options.atPrice ?? null;
    const key = JSON.stringify([params, feePct, atPrice]);
    const one = judged.get(key) ?? judge(params, feePct, atPrice);
    judged.set(key, one);
    if (one.ladder === null || !options.rules) return one.report;
    return {
      ...one.report,
      errors: [
        ...one.report.errors,
        ...minimumErrors(one.ladder, options.rules, atPrice),
        ...stopMinimumErrors(one.ladder, params, options.rules, feeRateOf(feePct)),
      ],
    };
  };
}

/** What can be said without the pair's rules; no ladder where there can be none. */
interface Judged {
  readonly report: LadderReport;
  readonly ladder: Ladder | null;
}

const feeRateOf = (feePct: Decimal | null): Decimal => (feePct ?? ZERO).times(PER_CENT);

function judge(params: LadderParams, feePct: Decimal | null, atPrice: Price | null): Judged {
  const shape = shapeErrors(params);
  if (shape.length > 0) return { report: { ...NOTHING_FOUND, errors: shape }, ladder: null };

  const totalQuote = totalPurchase(params);
  const errors = [...totalErrors(totalQuote), ...dropErrors(params), ...targetErrors(params)];
  if (errors.length > 0) return { report: { ...NOTHING_FOUND, errors, totalQuote }, ladder: null };

  const ladder = buildLadder(params, atPrice ?? price('100'));
  const prices = ladder.rows.map((row) => rowPrices(row, params, { feeRate: feeRateOf(feePct) }));
  const breakEvenRows = range(prices.length - 1).filter((step) => prices[step]?.waitsForBreakEven);
  const unreachableRows = rowsBelowStop(ladder, prices);
  const narrow = narrowStop(params, feePct);
  const report = {
    errors: narrow.errors,
    warnings: [
      ...breakEvenWarnings(breakEvenRows, feePct),
      ...narrow.warnings,
      ...stopWarnings(unreachableRows, params),
    ],
    breakEvenRows,
    unreachableRows,
    totalQuote,
    netMarginsPct: feePct === null ? [] : netMargins(ladder, feePct),
  };
  return { report, ladder };
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

function breakEvenWarnings(rows: readonly number[], feePct: Decimal | null): LadderFinding[] {
  if (rows.length === 0 || feePct === null) return [];
  const said = named(
    rows,
    'waits for break-even instead of its own target and earns',
    'wait for break-even instead of their own target and earn',
  );
  return [
    { message: `${said} nothing: the target does not cover a fee of ${text(feePct)} % on both sides`, rows },
  ];
}

const range = (last: number): number[] => Array.from({ length: last + 1 }, (_, step) => step);
