import { readFileSync } from 'node:fs';
import type { OrderRecord, Records, TradeRecord, TransferRecord } from './facts.js';

interface JournalEntry {
  readonly seq: number;
  readonly orders?: readonly OrderRecord[];
  readonly trades?: readonly TradeRecord[];
  readonly transfers?: readonly TransferRecord[];
  readonly balances?: readonly (readonly [userId: string, coin: string, available: string, locked: string])[];
}

/**
 * The exchange's journal: one snapshot, then one line per change of an account, numbered without a hole. Orders are kept
 * as they stood last, in the order in which the exchange took them.
 */
export function readRecords(path: string): Records {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const orders = new Map<string, OrderRecord>();
  const trades = new Map<string, TradeRecord>();
  const transfers: TransferRecord[] = [];
  const balances: Record<string, { available: string; locked: string }> = {};
  const damage: string[] = [];
  let seq: number | null = null;
  for (const [index, line] of lines.entries()) {
    const parsed = JSON.parse(line) as { readonly snapshot?: JournalEntry } & JournalEntry;
    const entry = parsed.snapshot ?? parsed;
    if ((index === 0) !== (parsed.snapshot !== undefined))
      damage.push(`line ${index + 1}: a snapshot belongs into the first line`);
    if (seq !== null && entry.seq !== seq + 1)
      damage.push(`line ${index + 1}: change ${entry.seq} follows change ${seq}`);
    seq = entry.seq;
    for (const order of entry.orders ?? []) orders.set(order.id, order);
    for (const trade of entry.trades ?? []) {
      if (trades.has(trade.id)) damage.push(`line ${index + 1}: trade ${trade.id} is told twice`);
      trades.set(trade.id, trade);
    }
    transfers.push(...(entry.transfers ?? []));
    for (const [, coin, available, locked] of entry.balances ?? []) balances[coin] = { available, locked };
  }
  const byId = (a: { id: string }, b: { id: string }): number => (BigInt(a.id) < BigInt(b.id) ? -1 : 1);
  return {
    orders: [...orders.values()].toSorted(byId),
    trades: [...trades.values()].toSorted(byId),
    transfers,
    balances,
    damage,
  };
}
