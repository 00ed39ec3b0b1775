// A paper exchange in a process of its own that is there to be killed. Trades without end (or `orders` times), mostly
// small purchases and sales, some resting orders and cancellations, and says on stdout what it has answered, one line of
// JSON each: an order, a trade, the balances. What stands there has been acknowledged.
import { writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { DEFAULT_USER_ID, openPaperExchange, pairSpec } from '@mtrade/market-sim';

const { dir, seed, orders = Infinity, retention, compactAtBytes, rowsAtOnce } = JSON.parse(process.argv[2]);
const SYMBOL = 'ETH/USDT';
const say = (line) => writeSync(1, `${JSON.stringify(line)}\n`);

let word = seed >>> 0 || 1;
const random = (below) => {
  word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((word / 0x1_0000_0000) * below);
};

const pairs = [pairSpec(SYMBOL, { amountDecimals: 4, priceDecimals: 2 })];
const paper = openPaperExchange({
  dir,
  exchange: { pairs, ...(retention && { retention }) },
  balances: { USDT: '1000000', ETH: '100' },
  nowMs: Date.now(),
  compactAtBytes,
  rowsAtOnce,
  onLost: (error) => say({ lost: error.message }),
  onProblem: (problem) => say({ problem }),
});
const { exchange } = paper;
exchange.subscribe({
  onOrder: (_event, order) => say({ order }),
  onUserTrade: (trade) => say({ trade }),
});
say({ restored: paper.restored });

for (let count = 0; count < orders; count += 1) {
  const now = Date.now();
  const mid = { mantissa: 200_000 + random(2_000) - 1_000, decimals: 2 };
  exchange.setQuote(SYMBOL, { kind: 'mid', mid }, now);
  const open = exchange.openOrders({ userId: DEFAULT_USER_ID }, now);
  if (open.length > 8) exchange.cancel(DEFAULT_USER_ID, SYMBOL, open.at(-1).id, now);
  const side = random(2) === 0 ? 'buy' : 'sell';
  const rests = random(4) === 0;
  const price = String((mid.mantissa + (side === 'buy' ? -1 : 1) * (rests ? 300 : -300)) / 100);
  const timeInForce = rests ? 'gtc' : 'ioc';
  const request = { symbol: SYMBOL, side, type: 'limit', amount: '0.01', price, timeInForce };
  const answer = exchange.place(DEFAULT_USER_ID, { ...request, text: `t-${seed}-${count}` }, now);
  if (!answer.ok) throw new Error(answer.error.message);
  say({ answered: answer.value.id });
  await nextTurn();
}
await paper.settled();
paper.close();
say({ finished: true });
