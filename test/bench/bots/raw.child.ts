import { createHash, createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { hearBestPrices } from './best-prices.js';
import { ClientIds } from './client-ids.js';
import type { BotBoot } from './messages.js';
import { type BotOrder, Rule } from './rule.js';

// The floor of the machine: one thread, one kept socket, one request written by hand, answers thrown away. Nobody should
// trade like this; it shows what is left when every library is gone.

const PATH = '/api/v4/spot/orders';

function requestText(order: BotOrder, id: string, { restUrl, apiKey, apiSecret }: BotBoot): string {
  const body = JSON.stringify({
    text: id,
    currency_pair: order.symbol.replace('/', '_'),
    type: 'limit',
    account: 'spot',
    side: order.side,
    amount: order.amount,
    price: order.price,
    time_in_force: 'fok',
  });
  const time = String(Math.floor(Date.now() / 1_000));
  const hashed = createHash('sha512').update(body).digest('hex');
  const sign = createHmac('sha512', apiSecret).update(`POST\n${PATH}\n\n${hashed}\n${time}`).digest('hex');
  return [
    `POST ${PATH} HTTP/1.1`,
    `Host: ${new URL(restUrl).host}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `KEY: ${apiKey}`,
    `Timestamp: ${time}`,
    `SIGN: ${sign}`,
    '',
    body,
  ].join('\r\n');
}

async function run(boot: BotBoot): Promise<void> {
  const { hostname, port } = new URL(boot.restUrl);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  socket.resume();
  const rule = new Rule();
  const ids = new ClientIds();
  await hearBestPrices(boot.wsUrl, boot.symbols, (symbol, bid, ask) => {
    const order = rule.onBest(symbol, bid, ask);
    if (order !== null) socket.write(requestText(order, ids.next(), boot));
  });
  process.send?.('ready');
}

process.on('disconnect', () => process.exit());
process.once('message', (boot: BotBoot) => void run(boot));
