import type { ExchangeSnapshot } from '../core/types.js';

/**
 * A snapshot as one line of JSON, `{"snapshot":{...}}`, given in parts of `rows` orders or trades: whoever writes it can
 * answer somebody else between two parts.
 */
export function* snapshotText(
  { orders, trades, triggers, ...head }: ExchangeSnapshot,
  rows: number,
): Generator<string> {
  yield `{"snapshot":${JSON.stringify(head).slice(0, -1)},"orders":[`;
  yield* listText(orders, rows);
  yield '],"trades":[';
  yield* listText(trades, rows);
  if (triggers !== undefined) {
    yield '],"triggers":[';
    yield* listText(triggers, rows);
  }
  yield ']}}\n';
}

function* listText(items: readonly unknown[], rows: number): Generator<string> {
  for (let at = 0; at < items.length; at += rows) {
    const part = JSON.stringify(items.slice(at, at + rows)).slice(1, -1);
    yield at === 0 ? part : `,${part}`;
  }
}
