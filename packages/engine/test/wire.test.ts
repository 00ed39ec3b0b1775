import { baseQty, price, quoteAmount, text } from '@mtrade/money';
import { expect, test } from 'vitest';
import {
  evidenceFromWire,
  evidenceToWire,
  fillFromWire,
  fillToWire,
  rulesFromWire,
  rulesToWire,
} from '../src/index.js';

/** What a thread border does to a message. */
const crossing = <T>(value: T): T => structuredClone(value);

test('amounts cross a thread border to the last digit', () => {
  const fill = {
    tradeId: '1',
    symbol: 'ETH/USDT',
    side: 'buy',
    baseAmount: baseQty('0.000000000000000000000000000001'),
    price: price('123456789012345678.90123456789'),
    fee: quoteAmount('-0.00000001'),
    feeCoin: 'USDT',
    role: 'maker',
    epochMs: 1 as never,
  } as const;
  const back = fillFromWire(crossing(fillToWire(fill)));
  expect([text(back.baseAmount), text(back.price), text(back.fee)]).toEqual([
    '0.000000000000000000000000000001',
    '123456789012345678.90123456789',
    '-0.00000001',
  ]);
});

test('rules and evidence come back as they were, unknown amounts as unknown', () => {
  const wire = {
    symbol: 'ETH/USDT',
    base: 'ETH',
    quote: 'USDT',
    amountStep: '0.0001',
    priceStep: '0.01',
    minBase: '0',
    minQuote: '3',
    tradable: 'sell-only',
    feeRate: '0.0015',
    supportsFok: false,
  } as const;
  expect(rulesToWire(rulesFromWire(crossing(wire)))).toEqual(wire);
  const evidence = {
    clientOrderId: 't-1',
    symbol: 'ETH/USDT',
    exchangeOrderId: '9007199254740993',
    finished: false,
    finishAs: null,
    filledBase: null,
    filledQuote: '0.1',
  };
  expect(evidenceToWire(evidenceFromWire(crossing(evidence)))).toEqual(evidence);
});
