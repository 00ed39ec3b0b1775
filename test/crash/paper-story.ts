import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openPaperExchange, pairSpec } from '@mtrade/market-sim';
import type { Order, OrderRetention, Trade } from '@mtrade/market-sim';
import { ZERO, decimal, text } from '@mtrade/money';
import { afterEach, beforeEach, expect } from 'vitest';

const CHILD = fileURLToPath(new URL('paper-child.mjs', import.meta.url));

export interface ChildOptions {
  readonly dir: string;
  readonly seed: number;
  /** Default: until it is killed. */
  readonly orders?: number;
  readonly retention?: OrderRetention;
  readonly compactAtBytes?: number;
  readonly rowsAtOnce?: number;
}

/** What the children have acknowledged, over all their lives. */
export interface Acknowledged {
  readonly orders: Map<string, Order>;
  readonly trades: Map<string, Trade>;
  readonly problems: string[];
  lost: string | null;
  isFinished: boolean;
}

export const nothingYet = (): Acknowledged => ({
  orders: new Map(),
  trades: new Map(),
  problems: [],
  lost: null,
  isFinished: false,
});

interface Said {
  readonly order?: Order;
  readonly trade?: Trade;
  readonly problem?: string;
  readonly lost?: string;
  readonly finished?: boolean;
}

/** Runs a child and notes what it says until it is gone; `onLine` counts lines and may kill it. Answers the signal. */
export async function live(
  options: ChildOptions,
  heard: Acknowledged,
  {
    node = [],
    env = {},
    shell,
    onLine = () => undefined,
  }: {
    readonly node?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    /** A line of shell in front of the child, such as a limit. */
    readonly shell?: string;
    readonly onLine?: (child: ChildProcess, lines: number) => void;
  } = {},
): Promise<{ readonly end: string | number }> {
  const args = [...node, CHILD, JSON.stringify(options)];
  const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
  const settings = { stdio, env: { ...process.env, ...env } };
  const child =
    shell === undefined
      ? spawn(process.execPath, args, settings)
      : spawn('sh', ['-c', `${shell}; exec "$0" "$@"`, process.execPath, ...args], settings);
  const ended = new Promise<string | number>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code ?? -1)),
  );
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    lines += 1;
    note(heard, JSON.parse(line) as Said);
    onLine(child, lines);
  }
  return { end: await ended };
}

function note(heard: Acknowledged, said: Said): void {
  if (said.order !== undefined) heard.orders.set(said.order.id, said.order);
  if (said.trade !== undefined) heard.trades.set(said.trade.id, said.trade);
  if (said.problem !== undefined) heard.problems.push(said.problem);
  if (said.lost !== undefined) heard.lost = said.lost;
  if (said.finished === true) heard.isFinished = true;
}

/** Reopens what a killed child has left and holds it against everything that was ever acknowledged. */
export function expectNothingLost(dir: string, heard: Acknowledged): void {
  const pairs = [pairSpec('ETH/USDT', { amountDecimals: 4, priceDecimals: 2 })];
  const paper = openPaperExchange({ dir, exchange: { pairs }, balances: { USDT: '-1' }, nowMs: Date.now() });
  const { orders, trades, transfers, forgotten } = paper.exchange.records();
  const balances = paper.exchange.balances('1000');
  paper.close();

  const kept = new Map(orders.map((order) => [order.id, order]));
  const keptTrades = new Map(trades.map((trade) => [trade.id, trade]));
  let missing = 0;
  for (const [id, order] of heard.orders) {
    const found = kept.get(id);
    if (found === undefined) missing += 1;
    // What was said last may have been followed by a change that nobody heard of any more, never by an older state.
    else if (order.status === 'open')
      expect(found.updateMs, `order ${id}`).toBeGreaterThanOrEqual(order.updateMs);
    else expect(found, `order ${id}`).toEqual(order);
  }
  expect(missing, 'acknowledged orders that are not there').toBeLessThanOrEqual(forgotten?.orders ?? 0);
  for (const [id, trade] of heard.trades)
    if (kept.has(trade.orderId)) expect(keptTrades.get(id), `trade ${id}`).toEqual(trade);
  // Ids have no holes: nothing has vanished, said or not.
  const ids = [...kept.keys(), ...heard.orders.keys()].map(Number);
  if (ids.length > 0)
    expect(kept.size + (forgotten?.orders ?? 0)).toBe(Math.max(...ids) - FIRST_ORDER_ID + 1);

  const sums = new Map<string, typeof ZERO>();
  const add = (coin: string, amount: typeof ZERO): void =>
    void sums.set(coin, (sums.get(coin) ?? ZERO).plus(amount));
  for (const { currency, amount } of transfers) add(currency, decimal(amount));
  for (const [, coin, net] of forgotten?.net ?? []) add(coin, decimal(net));
  for (const { side, amount, price, fee, feeCurrency } of trades) {
    const value = decimal(amount).times(decimal(price));
    add('ETH', side === 'buy' ? decimal(amount) : decimal(amount).neg());
    add('USDT', side === 'buy' ? value.neg() : value);
    add(feeCurrency, decimal(fee).neg());
  }
  const owned = Object.entries(balances).map(
    ([coin, { available, locked }]) => [coin, text(decimal(available).plus(decimal(locked)))] as const,
  );
  expect(owned).toEqual(owned.map(([coin]) => [coin, text(sums.get(coin) ?? ZERO)]));
}

const FIRST_ORDER_ID = 100_000_000_001;

/** A folder for one test. */
export function useFolder(): { readonly path: () => string } {
  let path = '';
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'mtrade-paper-kill-'));
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));
  return { path: () => path };
}
