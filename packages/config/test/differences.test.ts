import { configDifferences } from '@mtrade/config';
import { expect, test } from 'vitest';
import { type Given, resolve } from './helpers.js';

const shown = (given: Given) => {
  const { document, source } = resolve(given);
  return { config: document, source };
};
const file = (more: string): Given => ({
  toml: `[engine]\ndebounce_ms = 100\n[[pairs]]\nsymbol = "ETH/USDT"\ntrade = true\n${more}`,
});

test('an edited file is told option by option, with both values, and pairs by their name', () => {
  const running = shown(file('ladder = { base_order = "10" }\n'));
  const here = shown({
    toml: '[ladder]\nstep_pct = "4"\n[[pairs]]\nsymbol = "BTC/USDT"\n[[pairs]]\nsymbol = "ETH/USDT"\ntrade = true\nladder = { base_order = "12" }\n',
  });

  expect(configDifferences(running, here)).toEqual([
    { key: 'ladder.step_pct', running: '"3.65"', here: '"4"' },
    { key: 'pairs.ETH/USDT.ladder.base_order', running: '"10"', here: '"12"' },
    { key: 'pairs.BTC/USDT', running: null, here: 'configured' },
  ]);
});

test('the same configuration, written otherwise, does not differ', () => {
  const running = shown({ toml: '[ladder]\nbase_order = "3"\n[[pairs]]\nsymbol = "ETH_USDT"\n' });
  const here = shown({ toml: '[ladder]\nbase_order = "3.00"\n[[pairs]]\nsymbol = "ETH/USDT"\n' });

  expect(configDifferences(running, here)).toEqual([]);
});

test('what one side has from its environment is no edit of the file', () => {
  const env = { MTRADE__ENGINE__DEBOUNCE_MS: '50', MTRADE__PAIRS__ETH_USDT__TRADE: 'false' };
  const [plain, overridden] = [shown(file('')), shown({ ...file(''), env })];

  expect(configDifferences(overridden, plain)).toEqual([]);
  expect(configDifferences(plain, overridden)).toEqual([]);
});

test('values of alert channels are not shown: whoever has the address can write there', () => {
  const running = shown({ toml: '[alerts]\nwebhook_url = "https://example.com/T0/secret-one"\n' });
  const here = shown({ toml: '[alerts]\nwebhook_url = "https://example.com/T0/secret-two"\n' });

  const found = configDifferences(running, here);
  expect(found).toEqual([{ key: 'alerts.webhook_url', running: null, here: null }]);
});
