import type { Books, Records, Violation } from './facts.js';
import { Fraction, say } from './fraction.js';
import type { PairStory } from './pair-story.js';

/** The engine's books against the story that the exchange's records tell. Equal means equal in the last digit. */
export function compareBooks(stories: readonly PairStory[], records: Records, books: Books): Violation[] {
  return [
    ...stories.flatMap((story) => comparePair(story, books)),
    ...compareFills(records, books),
    ...compareIntents(stories, records, books),
  ];
}

function comparePair(story: PairStory, books: Books): Violation[] {
  const found: Violation[] = [];
  const { symbol } = story;
  const report = (what: string, ours: Fraction | string | number, theirs: string | number): void => {
    found.push({
      rule: 'books-differ',
      symbol,
      orders: [],
      text: say`${what}: the records make ${ours}, the books say ${theirs}`,
    });
  };
  const compare = (what: string, ours: Fraction, theirs: string): void => {
    if (!ours.equals(Fraction.of(theirs))) report(what, ours, theirs);
  };
  const pair = books.pairs.find((one) => one.symbol === symbol);
  if (pair === undefined) {
    report('pair', 'a story', 'nothing');
    return found;
  }
  compare('realised profit', story.profit, pair.realizedProfit);
  compare('dust', story.dust.base, pair.dustBase);
  compare('cost of the dust', story.dust.cost, pair.dustCost);
  const { open } = story;
  if ((open === null) !== (pair.cycle === null))
    report('open cycle', open === null ? 'none' : 'one', pair.cycle === null ? 'none' : 'one');
  if (open !== null && pair.cycle !== null) {
    if (open.step !== pair.cycle.step) report('row of the open cycle', open.step, pair.cycle.step);
    compare('volume of the open cycle', open.base, pair.cycle.baseVolume);
    compare('cost of the open cycle', open.invested, pair.cycle.invested);
    compare('proceeds of the open cycle', open.proceeds, pair.cycle.proceeds);
  }
  const closed = books.cycles.filter((one) => one.symbol === symbol);
  if (closed.length !== story.cycles.length) report('closed cycles', story.cycles.length, closed.length);
  for (const [index, cycle] of story.cycles.entries()) {
    const booked = closed[index];
    if (booked === undefined) break;
    const name = `cycle of orders ${cycle.orderIds.join(', ')}`;
    compare(`${name}: profit`, cycle.profit, booked.profit);
    if (cycle.step !== booked.step) report(`${name}: row`, cycle.step, booked.step);
  }
  return found;
}

function compareFills({ trades, orders }: Records, books: Books): Violation[] {
  const textOf = new Map(orders.map((order) => [order.id, order.text]));
  const booked = new Map(books.fills.map((fill) => [fill.tradeId, fill]));
  const found: Violation[] = [];
  const report = (orderId: string, symbol: string, text: string): void => {
    found.push({
      rule: 'fills-differ',
      symbol,
      orders: [`${orderId} (${textOf.get(orderId) ?? '?'})`],
      text,
    });
  };
  for (const trade of trades) {
    const fill = booked.get(trade.id);
    booked.delete(trade.id);
    if (fill === undefined) {
      report(trade.orderId, trade.symbol, `trade ${trade.id} is missing in the books`);
      continue;
    }
    const same =
      Fraction.of(fill.amount).equals(Fraction.of(trade.amount)) &&
      Fraction.of(fill.price).equals(Fraction.of(trade.price)) &&
      Fraction.of(fill.fee).equals(Fraction.of(trade.fee)) &&
      fill.clientOrderId === textOf.get(trade.orderId);
    if (!same)
      report(
        trade.orderId,
        trade.symbol,
        `trade ${trade.id} stands differently in the books: ${JSON.stringify(fill)}`,
      );
  }
  for (const fill of booked.values())
    found.push({
      rule: 'fills-differ',
      symbol: '',
      orders: [fill.clientOrderId],
      text: `the books hold trade ${fill.tradeId}, which the exchange never made`,
    });
  return found;
}

const OVER = new Set(['FILLED', 'PARTIAL', 'KILLED', 'REJECTED', 'NEVER']);
const BOUGHT = new Set(['FILLED', 'PARTIAL']);

function compareIntents(stories: readonly PairStory[], { orders }: Records, books: Books): Violation[] {
  const found: Violation[] = [];
  const rows = new Map(stories.flatMap((story) => [...story.rows]));
  const intents = new Map(books.intents.map((intent) => [intent.clientOrderId, intent]));
  for (const order of orders) {
    const intent = intents.get(order.text);
    const report = (text: string): void => {
      found.push({
        rule: 'intents-differ',
        symbol: order.symbol,
        orders: [`${order.id} (${order.text})`],
        text,
      });
    };
    if (intent === undefined) {
      report('no decision in the books stands behind it');
      continue;
    }
    const isFilled = !Fraction.of(order.filledAmount).isZero;
    if (isFilled !== BOUGHT.has(intent.state))
      report(`the exchange filled ${order.filledAmount}, the books call it ${intent.state}`);
    const row = rows.get(order.text);
    if (row !== undefined && row !== intent.step)
      report(`by its size it is row ${row}, the books say row ${intent.step}`);
  }
  for (const intent of books.intents)
    if (!OVER.has(intent.state))
      found.push({
        rule: 'intents-differ',
        symbol: intent.symbol,
        orders: [intent.clientOrderId],
        text: `still ${intent.state} in the books`,
      });
  return found;
}
