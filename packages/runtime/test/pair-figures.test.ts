import { expect, test } from 'vitest';
import { investedByQuote, withFigures } from '../src/views/pair-figures.js';
import { STATUS } from './control-harness.js';

const pair = STATUS.pairs[0];

test('distances are in per cent of the price that counts: the bid for a sale, the ask for a buy', () => {
  const shown = withFigures({
    ...pair,
    bid: '100',
    ask: '101',
    sell_price: '103.5',
    next_buy_price: '97.96',
    base_volume: '0.3',
    waiting_for: 'price_above_row',
  });

  expect(shown).toMatchObject({
    distance_to_sell_pct: '3.5',
    distance_to_buy_pct: '3.0099',
    value: '30',
    waiting_text: 'waits for its next buy or its sale',
  });
});

test('a level that the price has passed is at a negative distance', () => {
  const shown = withFigures({ ...pair, bid: '100', ask: '90', sell_price: '99', next_buy_price: '91' });
  expect([shown.distance_to_sell_pct, shown.distance_to_buy_pct]).toEqual(['-1', '-1.1111']);
});

test('what is not known has no figure', () => {
  const nothing = { distance_to_sell_pct: null, distance_to_buy_pct: null, value: null };
  expect(withFigures({ ...pair, bid: null, ask: null, sell_price: '1', next_buy_price: '1', base_volume: '1' })).toMatchObject(nothing); // prettier-ignore
  expect(withFigures({ ...pair, bid: '1', ask: '1', sell_price: null, next_buy_price: null, base_volume: '0' })).toMatchObject(nothing); // prettier-ignore
  expect(withFigures({ ...pair, waiting_for: 'a_word_of_tomorrow' }).waiting_text).toBe('a_word_of_tomorrow');
});

test('a forbidden pair that holds coins says at which price it is still sold', () => {
  const told = (sell_limit: string | null, sell_price: string | null) =>
    withFigures({ ...pair, waiting_for: 'only_sells', sell_limit, sell_price }).waiting_text;
  const words = 'not permitted to buy (mtrade permit PAIR on), waits for its sale';

  expect(told('66.1', '66.09')).toBe(`${words} at 66.1`);
  expect(told(null, '66.09')).toBe(`${words} at 66.09`);
  expect(told(null, null)).toBe(words);
});

test('what is tied up is summed per quote coin, exactly', () => {
  const one = (symbol: string, invested: string) => ({ ...pair, symbol, invested });
  expect(investedByQuote([one('A/USDT', '0.1'), one('B/USDT', '0.2'), one('C/BTC', '1')])).toEqual({
    USDT: '0.3',
    BTC: '1',
  });
});
