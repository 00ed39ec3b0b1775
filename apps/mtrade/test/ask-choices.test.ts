import { expect, test } from 'vitest';
import { pairsProblem } from '../src/ask-choices.js';

test('each pair that is typed is judged, and the wrong one named; nothing typed takes the default', () => {
  expect(pairsProblem('eth_usdt, BTC/USDT', null)).toBeUndefined();
  expect(pairsProblem('', [])).toBeUndefined();
  expect(pairsProblem('ETH/USDT, foo bar', null)).toContain('"foo bar" is no pair');
  expect(pairsProblem('FOO/USDT', ['ETH/USDT'])).toContain('there are ETH/USDT');
});
