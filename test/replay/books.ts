import type { Decimal } from '@mtrade/money';
import { openReader } from '@mtrade/store';
import type { Books } from './checker/facts.js';

/** What became of a pair's orders that bought or sold nothing, and of those whose outcome was open for a while. */
export interface OrderTroubles {
  killed: number;
  rejected: number;
  unknown: number;
}

const ALL = { limit: 100_000_000 };
const text = (value: Decimal): string => value.toFixed();

/** Reads the engine's database without writing to it: as plain text for the checker, and counts for the report. */
export function readBooks(path: string): {
  readonly books: Books;
  readonly troubles: ReadonlyMap<string, OrderTroubles>;
} {
  const reader = openReader({ path });
  if (reader === null) throw new Error(`no database at ${path}`);
  try {
    const intents = reader.intents(ALL);
    const names = new Map(intents.map((intent) => [intent.id, intent.clientOrderId]));
    const troubles = new Map<string, OrderTroubles>();
    const of = (symbol: string): OrderTroubles => {
      const known = troubles.get(symbol) ?? { killed: 0, rejected: 0, unknown: 0 };
      troubles.set(symbol, known);
      return known;
    };
    for (const { symbol, state } of intents) {
      if (state === 'KILLED' || state === 'NEVER') of(symbol).killed += 1;
      if (state === 'REJECTED') of(symbol).rejected += 1;
    }
    for (const line of reader.journal({ ...ALL, event: 'order.unknown' })) of(line.symbol ?? '').unknown += 1;
    const books: Books = {
      pairs: reader.pairs().map(({ symbol, realizedProfit, dust, cycle }) => ({
        symbol,
        realizedProfit: text(realizedProfit),
        dustBase: text(dust.base),
        dustCost: text(dust.cost),
        cycle: cycle && {
          step: cycle.step,
          baseVolume: text(cycle.baseVolume),
          invested: text(cycle.invested),
          proceeds: text(cycle.proceeds),
        },
      })),
      cycles: reader
        .closedCycles(ALL)
        .filter((cycle) => cycle.outcome === 'closed')
        .toSorted((a, b) => a.id - b.id)
        .map(({ symbol, step, profit }) => ({ symbol, step, profit: text(profit) })),
      fills: reader.fills(ALL).map(({ fill, intentId }) => ({
        tradeId: fill.tradeId,
        clientOrderId: names.get(intentId) ?? '',
        amount: text(fill.baseAmount),
        price: text(fill.price),
        fee: text(fill.fee),
      })),
      intents: intents.map(({ clientOrderId, symbol, step, state }) => ({
        clientOrderId,
        symbol,
        step,
        state,
      })),
    };
    return { books, troubles };
  } finally {
    reader.close();
  }
}
