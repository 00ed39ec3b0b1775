import { MtradeError } from '@mtrade/base';
import {
  type BaseQty,
  compact,
  decimal,
  type Decimal,
  type Price,
  type QuoteAmount,
  text,
  ZERO,
} from '@mtrade/money';
import type { Ladder, LadderParams, LadderRow } from './ladder.js';

/** Stored form: every amount is plain decimal text, so nothing is lost between two starts. */
type JsonOf<T> = { readonly [K in keyof T]: T[K] extends Decimal ? string : T[K] };
/** Cycles of before there were stops have none, and a cycle without one is written as they were: the text is frozen. */
export type LadderParamsJson = JsonOf<Omit<LadderParams, 'stopLossPct'>> & { readonly stopLossPct?: string };
export type LadderRowJson = JsonOf<LadderRow>;
export interface LadderJson {
  readonly startPrice: string;
  readonly rows: readonly LadderRowJson[];
}

export const paramsToJson = (params: LadderParams): LadderParamsJson => ({
  baseOrder: text(params.baseOrder),
  safetyOrders: params.safetyOrders,
  stepPct: text(params.stepPct),
  stepGrowthPct: text(params.stepGrowthPct),
  volumeMode: params.volumeMode,
  volumeScale: text(params.volumeScale),
  takeProfitPct: text(params.takeProfitPct),
  takeProfitDecayPct: text(params.takeProfitDecayPct),
  bookLevelStep: text(params.bookLevelStep),
  reserve: text(params.reserve),
  ...(params.stopLossPct.eq(ZERO) ? {} : { stopLossPct: text(params.stopLossPct) }),
});

/** Reads what `paramsToJson` wrote; anything else is a damaged store, not a guess. */
export function paramsFromJson(value: unknown): LadderParams {
  const read = reader(value, 'ladder parameters');
  const volumeMode = read.text('volumeMode');
  if (volumeMode !== 'fixed' && volumeMode !== 'geometric' && volumeMode !== 'martingale')
    throw damaged(`ladder parameters: unknown volumeMode ${volumeMode}`);
  return {
    baseOrder: read.decimal('baseOrder') as QuoteAmount,
    safetyOrders: read.count('safetyOrders'),
    stepPct: read.decimal('stepPct'),
    stepGrowthPct: read.decimal('stepGrowthPct'),
    volumeMode,
    volumeScale: read.decimal('volumeScale'),
    takeProfitPct: read.decimal('takeProfitPct'),
    takeProfitDecayPct: read.decimal('takeProfitDecayPct'),
    bookLevelStep: read.decimal('bookLevelStep'),
    reserve: read.decimal('reserve') as QuoteAmount,
    stopLossPct: read.decimalOr('stopLossPct', ZERO),
  };
}

export const ladderToJson = (ladder: Ladder): LadderJson => ({
  startPrice: text(ladder.startPrice),
  rows: ladder.rows.map(rowToJson),
});

/** Reads what `ladderToJson` wrote, digit for digit: a running cycle keeps its rows whatever the formulas become. */
export function ladderFromJson(value: unknown): Ladder {
  const read = reader(value, 'ladder');
  const rows = read.list('rows').map((row, index) => rowFromJson(row, index));
  return { startPrice: read.decimal('startPrice') as Price, rows };
}

const rowToJson = (row: LadderRow): LadderRowJson => ({
  step: row.step,
  level: row.level,
  stepDropPct: text(row.stepDropPct),
  dropPct: text(row.dropPct),
  rate: text(row.rate),
  purchase: text(row.purchase),
  invested: text(row.invested),
  coins: text(row.coins),
  breakEven: text(row.breakEven),
  breakEvenPct: text(row.breakEvenPct),
  targetPct: text(row.targetPct),
  sellPrice: text(row.sellPrice),
});

function rowFromJson(value: unknown, index: number): LadderRow {
  const read = reader(value, `ladder row ${index}`);
  const step = read.count('step');
  if (step !== index) throw damaged(`ladder row ${index} says it is row ${step}`);
  return {
    step,
    level: read.count('level'),
    stepDropPct: read.decimal('stepDropPct'),
    dropPct: read.decimal('dropPct'),
    rate: read.decimal('rate') as Price,
    purchase: read.decimal('purchase') as QuoteAmount,
    invested: read.decimal('invested') as QuoteAmount,
    coins: read.decimal('coins') as BaseQty,
    breakEven: read.decimal('breakEven') as Price,
    breakEvenPct: read.decimal('breakEvenPct'),
    targetPct: read.decimal('targetPct'),
    sellPrice: read.decimal('sellPrice') as Price,
  };
}

const damaged = (message: string): MtradeError => new MtradeError('MTRADE_CONTRADICTION', message, {});

function reader(value: unknown, what: string) {
  if (typeof value !== 'object' || value === null) throw damaged(`${what}: not an object`);
  const fields = value as Readonly<Record<string, unknown>>;
  const textOf = (key: string): string => {
    const field = fields[key];
    if (typeof field !== 'string') throw damaged(`${what}: ${key} is no text`);
    return field;
  };
  return {
    text: textOf,
    decimal: (key: string): Decimal => compact(decimal(textOf(key))),
    decimalOr: (key: string, otherwise: Decimal): Decimal =>
      fields[key] === undefined ? otherwise : compact(decimal(textOf(key))),
    count: (key: string): number => {
      const field = fields[key];
      if (typeof field !== 'number' || !Number.isSafeInteger(field) || field < 0)
        throw damaged(`${what}: ${key} is no count`);
      return field;
    },
    list: (key: string): readonly unknown[] => {
      const field = fields[key];
      if (!Array.isArray(field)) throw damaged(`${what}: ${key} is no list`);
      return field;
    },
  };
}
