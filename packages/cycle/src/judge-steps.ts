import {
  type BaseQty,
  floorToStep,
  ONE,
  type Price,
  quotient,
  type QuoteAmount,
  text,
  ZERO,
} from '@mtrade/money';
import { amountFor } from './buy-terms.js';
import { buildLadder, type LadderParams, type LadderRow } from './ladder.js';
import type { MarketRules } from './market.js';
import { isTradableAmount } from './sale-terms.js';

/** What becomes of a ladder in whole amount steps, from a start price on. Rows by their number. */
export interface StepReport {
  /** The purchase makes no order that the pair takes. */
  readonly unbuyable: readonly number[];
  /** What is held after the row and its fee is less than the pair's smallest amount: nothing of it can be sold. */
  readonly unsellable: readonly number[];
  /** What is held is worth less than the pair's smallest order at the row's sale price: it waits for a higher one. */
  readonly late: readonly number[];
}

/**
 * A purchase is exact, an order is in whole steps, and the fee takes coins: a step that is coarse beside the purchase
 * leaves less than the table of the ladder promises, or nothing. The parameters have passed `validateLadder`.
 */
export function judgeSteps(params: LadderParams, rules: MarketRules, startPrice: Price): StepReport {
  const report = { unbuyable: [] as number[], unsellable: [] as number[], late: [] as number[] };
  const kept = ONE.minus(rules.feeRate);
  let held = ZERO;
  for (const row of buildLadder(params, startPrice).rows) {
    const amount = amountOf(row, rules);
    if (amount === null) report.unbuyable.push(row.step);
    else held = held.plus(amount.times(kept));
    if (held.lte(ZERO)) continue;
    const sellable = floorToStep(held as BaseQty, rules.amountStep);
    if (sellable.lte(ZERO) || sellable.lt(rules.minBase)) report.unsellable.push(row.step);
    else if (sellable.times(row.sellPrice).lt(rules.minQuote)) report.late.push(row.step);
  }
  return report;
}

/** Row 0 is bought at the market for its amount of quote, every other one with a limit at its rate. */
function amountOf({ step, purchase, rate }: LadderRow, rules: MarketRules): BaseQty | null {
  const limit = floorToStep(rate, rules.priceStep);
  if (limit.lte(ZERO)) return null;
  if (step > 0) return amountFor(purchase, limit, rules);
  const amount = floorToStep(quotient(purchase, rate) as BaseQty, rules.amountStep);
  const isEnough =
    purchase.gte(rules.minQuote) && isTradableAmount(amount, rate, { ...rules, minQuote: NONE });
  return isEnough ? amount : null;
}

const NONE = ZERO as QuoteAmount;

/** The report in words, for a person; nothing where every row is bought and sold as the table has it. */
export function stepWords(report: StepReport, rules: MarketRules, startPrice: Price): StepWords {
  const { unbuyable, unsellable, late } = report;
  const at = `at a price of ${text(startPrice)}`;
  const step = `${rules.symbol} trades in steps of ${text(rules.amountStep)} ${rules.base}`;
  const least = `${text(rules.minBase)} ${rules.base} and ${text(rules.minQuote)} ${rules.quote}`;
  return {
    problems: [
      ...(unbuyable.length === 0
        ? []
        : [`${rowsText(unbuyable)} cannot be bought ${at}: ${step}, at least ${least}; raise base_order`]),
      ...(unsellable.length === 0
        ? []
        : [
            `what is held after ${rowsText(unsellable)} cannot be sold ${at}: ${step}, and the fee leaves less than the smallest amount of ${text(rules.minBase)}; raise base_order`,
          ]),
    ],
    warnings:
      late.length === 0
        ? []
        : [
            `after ${rowsText(late)} the sale waits for a higher price than the ladder shows ${at}: rounded down to steps of ${text(rules.amountStep)} ${rules.base} the position is worth less than the minimum of ${text(rules.minQuote)} ${rules.quote}; raise base_order`,
          ],
  };
}

export interface StepWords {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** `row 3`, `rows 0-2, 5`. */
function rowsText(rows: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const row of rows) {
    const last = runs.at(-1);
    if (last?.[1] === row - 1) last[1] = row;
    else runs.push([row, row]);
  }
  const named = runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
  return rows.length === 1 ? `row ${named}` : `rows ${named}`;
}
