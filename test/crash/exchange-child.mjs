// The exchange of a campaign in a process of its own: it outlives every engine and is the truth about trades. Prices run
// wild, so that whole cycles take a second; faults come and go on the parent's word.
import { DEFAULT_USER_ID, Exchange, pairSpec, Prng, startExchangeServer } from '@mtrade/market-sim';

const { seed, symbols, apiKey, apiSecret, stepMs } = JSON.parse(process.argv[2]);
const PLENTY = '1000000';
const DECIMALS = 2;

const pairs = symbols.map((symbol) =>
  pairSpec(symbol, { amountDecimals: 4, priceDecimals: DECIMALS, takerFeePct: '0.1', makerFeePct: '0.1' }),
);
const exchange = new Exchange({ pairs });
exchange.deposit(DEFAULT_USER_ID, 'USDT', '1000000', Date.now());
const server = await startExchangeServer(
  { apiKeys: [{ key: apiKey, secret: apiSecret, userId: DEFAULT_USER_ID }], faultSeed: seed },
  { exchange },
);

const random = Prng.seeded(seed, 'prices');
/** In hundredths; around 100.00, so that a step of the ladder is a few jumps away. */
const prices = new Map(symbols.map((symbol) => [symbol, 10_000]));
const text = (hundredths) => (hundredths / 100).toFixed(DECIMALS);
const move = (symbol, now) => {
  const before = prices.get(symbol);
  const isJump = random.unit() < 0.25;
  const by = isJump ? random.between(-0.025, 0.025) : random.between(-0.002, 0.002);
  const price = Math.round(Math.min(13_000, Math.max(7_500, before * (1 + by) + (10_000 - before) * 0.02)));
  prices.set(symbol, price);
  const [bids, asks] = [[[text(price - 2), PLENTY]], [[text(price + 2), PLENTY]]];
  exchange.setQuote(symbol, { kind: 'book', bids, asks }, now);
};
let turn = 0;
const market = setInterval(() => {
  move(symbols[turn % symbols.length], Date.now());
  turn += 1;
}, stepMs / symbols.length);

/** Fired faults of the rules that are gone, by the part of their id before the first blank. */
const past = {};
const fired = (into) => {
  for (const { id, fired: times } of server.faults.list()) {
    const [name] = id.split(' ');
    into[name] = (into[name] ?? 0) + times;
  }
  return into;
};

const HANDLERS = {
  hold: () => clearInterval(market),
  faults: ({ rules }) => {
    fired(past);
    server.faults.clear();
    for (const rule of rules) server.faults.add(rule);
  },
  records: () => ({ ...server.records(), requests: server.requests() }),
  orders: () => exchange.records().orders.length,
  fired: () => fired({ ...past }),
};

process.on('message', ({ id, type, ...rest }) => {
  const result = HANDLERS[type](rest);
  process.send({ id, result: type === 'hold' ? null : (result ?? null) });
});
process.on('disconnect', () => process.exit(0));
process.send({ id: 0, result: { restUrl: server.restUrl, wsUrl: server.wsUrl } });
