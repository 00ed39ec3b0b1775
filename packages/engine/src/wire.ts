import { baseQty, decimal, price, quoteAmount, text } from '@mtrade/money';
import type { EpochMs } from '@mtrade/base';
import type { Fill, MarketRules, SettledOrder } from '@mtrade/cycle';
import type {
  OrderEvidence,
  PlaceOutcome,
  StopEvidence,
  WireEvidence,
  WireFill,
  WirePlaceOutcome,
  WireRules,
  WireSettledOrder,
  WireStop,
} from './ports/index.js';

/** A structured clone drops the class of a decimal, so amounts cross a thread border as plain text. */

export const fillToWire = (fill: Fill): WireFill => ({
  ...fill,
  baseAmount: text(fill.baseAmount),
  price: text(fill.price),
  fee: text(fill.fee),
});

export const fillFromWire = (wire: WireFill): Fill => ({
  ...wire,
  baseAmount: baseQty(wire.baseAmount),
  price: price(wire.price),
  fee: quoteAmount(wire.fee),
  epochMs: wire.epochMs as EpochMs,
});

export const settledOrderFromWire = (wire: WireSettledOrder): SettledOrder => ({
  ...wire,
  filledBase: baseQty(wire.filledBase),
  filledQuote: quoteAmount(wire.filledQuote),
  fills: wire.fills.map(fillFromWire),
});

export const rulesToWire = (rules: MarketRules): WireRules => ({
  ...rules,
  amountStep: text(rules.amountStep),
  priceStep: text(rules.priceStep),
  minBase: text(rules.minBase),
  minQuote: text(rules.minQuote),
  feeRate: text(rules.feeRate),
});

export const rulesFromWire = (wire: WireRules): MarketRules => ({
  ...wire,
  amountStep: baseQty(wire.amountStep),
  priceStep: price(wire.priceStep),
  minBase: baseQty(wire.minBase),
  minQuote: quoteAmount(wire.minQuote),
  feeRate: decimal(wire.feeRate),
});

export const evidenceToWire = (evidence: OrderEvidence): WireEvidence => ({
  ...evidence,
  filledBase: evidence.filledBase && text(evidence.filledBase),
  filledQuote: evidence.filledQuote && text(evidence.filledQuote),
});

export const evidenceFromWire = (wire: WireEvidence): OrderEvidence => ({
  ...wire,
  filledBase: wire.filledBase === null ? null : baseQty(wire.filledBase),
  filledQuote: wire.filledQuote === null ? null : quoteAmount(wire.filledQuote),
});

export const stopToWire = (stop: StopEvidence): WireStop => ({
  ...stop,
  triggerPrice: text(stop.triggerPrice),
  amount: text(stop.amount),
});

export const outcomeToWire = (outcome: PlaceOutcome): WirePlaceOutcome =>
  outcome.type === 'acked'
    ? { ...outcome, filledBase: text(outcome.filledBase), filledQuote: text(outcome.filledQuote) }
    : outcome;
