import type { OrderRequest } from '@mtrade/engine';
import type { GateCall } from './gate-signer.js';
import { pairOf } from './rows.js';

/** Plain text through ccxt's signer: no amount or price ever becomes a JavaScript number. */
export const orderCall = (request: OrderRequest): GateCall => ({
  method: 'POST',
  section: 'spot',
  access: 'private',
  path: 'orders',
  params: {
    text: request.clientOrderId,
    currency_pair: pairOf(request.symbol),
    type: request.type,
    account: 'spot',
    side: request.side,
    amount: request.amount,
    ...(request.price === null ? {} : { price: request.price }),
    time_in_force: request.timeInForce,
    auto_borrow: false,
  },
  headers: { 'x-gate-exptime': String(request.deadlineMs) },
});
