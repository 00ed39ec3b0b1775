import { openReader } from '@mtrade/store';
import type { OrderRecord, Violation } from '../replay/checker/facts.js';
import type { ExchangeAnswers } from './simulated-exchange.js';

/** A row of the books that is a stop. Prices and amounts as plain numbers: they are compared, never added. */
export interface StopRow {
  readonly name: string;
  readonly symbol: string;
  readonly state: string;
  readonly stopId: string | null;
  readonly orderId: string | null;
  readonly trigger: number;
  readonly amount: number;
}

type Trigger = ExchangeAnswers['triggers'][number];

const OVER = new Set(['FILLED', 'PARTIAL', 'KILLED', 'REJECTED', 'NEVER']);

/** Every stop of the books, open and ended. */
export function stopRows(path: string): readonly StopRow[] {
  const reader = openReader({ path });
  if (reader === null) throw new Error(`no database at ${path}`);
  try {
    return reader.intents({ limit: 100_000_000 }).flatMap((intent) =>
      intent.stop === undefined
        ? []
        : [
            {
              name: intent.clientOrderId,
              symbol: intent.symbol,
              state: intent.state,
              stopId: intent.stop.stopId,
              orderId: intent.exchangeOrderId,
              trigger: Number(intent.stop.triggerPrice.toFixed()),
              amount: Number(intent.baseAmount?.toFixed() ?? 0),
            },
          ],
    );
  } finally {
    reader.close();
  }
}

/** The row behind a stop: the one that has its id, else an open one that has none yet and asks for the same. */
function ownerOf(trigger: Trigger, rows: readonly StopRow[]): StopRow | undefined {
  const { id, symbol, triggerPrice, put, firedOrderId } = trigger;
  return (
    rows.find(({ stopId, orderId }) => stopId === id || (orderId !== null && orderId === firedOrderId)) ??
    rows.find(
      (row) =>
        !OVER.has(row.state) &&
        row.stopId === null &&
        row.symbol === symbol &&
        row.trigger === Number(triggerPrice) &&
        row.amount === Number(put.amount),
    )
  );
}

/** An order that a stop has fired carries no name of ours: it gets that of the row behind the stop. */
export function nameFiredOrders(
  { orders, triggers }: ExchangeAnswers,
  rows: readonly StopRow[],
): readonly OrderRecord[] {
  const names = new Map(
    triggers.flatMap((trigger) => {
      const owner = trigger.firedOrderId === null ? undefined : ownerOf(trigger, rows);
      return owner === undefined ? [] : [[trigger.firedOrderId, owner.name] as const];
    }),
  );
  return orders.map((order) => ({ ...order, text: names.get(order.id) ?? order.text }));
}

/** At any moment one stop at most lies there for a pair, and the books know of it; in the end exactly those of the books. */
export function checkStops(
  { triggers }: ExchangeAnswers,
  rows: readonly StopRow[],
  isFinal: boolean,
): Violation[] {
  const found: Violation[] = [];
  const report = (rule: string, symbol: string, text: string): void => {
    found.push({ rule, symbol, orders: [], text });
  };
  const lying = triggers.filter(({ status }) => status === 'open');
  for (const trigger of lying) {
    const { id, symbol } = trigger;
    if (lying.some((other) => other.symbol === symbol && Number(other.id) < Number(id)))
      report('two-stops', symbol, `stop ${id} lies beside another one`);
    const owner = ownerOf(trigger, rows);
    if (owner === undefined) report('stop-without-row', symbol, `stop ${id} has no row in the books`);
    else if (OVER.has(owner.state))
      report(
        'stop-without-row',
        symbol,
        `stop ${id} lies there, and its row ${owner.name} is ${owner.state}`,
      );
  }
  if (!isFinal) return found;
  for (const { name, symbol, state, stopId } of rows)
    if (state === 'LIVE' && !lying.some(({ id }) => id === stopId))
      report('stop-missing', symbol, `the books have ${name} (${stopId}), the exchange has not`);
  return found;
}
