import type { EpochMs } from '@mtrade/base';
import type { OrderRequest } from '@mtrade/engine';
import type { GateSigner } from './gate-signer.js';
import { orderCall } from './order-call.js';
import { classifyPlacement } from './place-outcome.js';

/** No order of mtrade: its name has no check, its amount is nothing, and it ended in 1970. */
const STUB: OrderRequest = {
  intentId: 0,
  clientOrderId: 't-rehearsal',
  symbol: 'BTC/USDT',
  side: 'buy',
  type: 'limit',
  timeInForce: 'ioc',
  amount: '0',
  price: '0',
  deadlineMs: 1 as EpochMs,
};

const ANSWER = JSON.stringify({
  id: '1',
  text: STUB.clientOrderId,
  status: 'closed',
  currency_pair: 'BTC_USDT',
  type: STUB.type,
  account: 'spot',
  side: STUB.side,
  amount: '0',
  price: '0',
  time_in_force: STUB.timeInForce,
  filled_amount: '0',
  filled_total: '0',
  finish_as: 'ioc',
});

/**
 * The way of an order through this thread, but for the wire: the compiler and the processor's caches keep what is used.
 * Orders come minutes apart, and without this each would pay for code that has gone cold.
 */
export const createRehearsal = (sign: GateSigner): (() => void) => {
  const reply = { status: 201, headers: {}, text: ANSWER };
  return () => {
    try {
      sign(orderCall(STUB));
      classifyPlacement(reply, STUB, 0);
    } catch {
      // What is wrong will be told by the first real request; a rehearsal must not end the thread.
    }
  };
};
