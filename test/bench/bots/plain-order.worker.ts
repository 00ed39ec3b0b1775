import { gate as Gate } from 'ccxt';
import { workerData as poolData } from 'piscina';
import { ClientIds } from './client-ids.js';
import type { BotBoot } from './messages.js';
import type { BotOrder } from './rule.js';

const { apiKey, apiSecret, restUrl } = poolData as BotBoot;
const client = new Gate({
  apiKey,
  secret: apiSecret,
  options: { createMarketBuyOrderRequiresPrice: false, fetchMarkets: { types: ['spot'] } },
});
const api = client.urls['api'] as Record<string, Record<string, string>>;
for (const access of ['public', 'private'])
  for (const section of Object.keys(api[access] as object))
    (api[access] as Record<string, string>)[section] = restUrl;

const ids = new ClientIds();

export type PlainTask = { readonly type: 'load' } | { readonly type: 'order'; readonly order: BotOrder };

/** One task of the pool. */
export async function run(task: PlainTask): Promise<void> {
  if (task.type === 'load') {
    await client.loadMarkets();
    return;
  }
  const { symbol, side, amount, price } = task.order;
  await client.createOrder(symbol, 'limit', side, Number(amount), Number(price), {
    timeInForce: 'FOK',
    text: ids.next(),
  });
}
