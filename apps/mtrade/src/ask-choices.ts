import { cancel, intro, isCancel, outro, select, text } from '@clack/prompts';
import { normalizeSymbol } from '@mtrade/config';
import type { Choices } from './commands/init.js';

const AMOUNT = /^\d{1,15}(?:\.\d{1,18})?$/;

const listOf = (value: string): (string | null)[] => value.split(',').map((part) => normalizeSymbol(part));

/** Asks for what cannot be guessed; null when the person gave up. */
export async function askChoices(given: Choices): Promise<Choices | null> {
  intro('mtrade init');
  const mode = await select({
    message: 'Where shall it trade?',
    initialValue: given.mode,
    options: [
      { value: 'paper' as const, label: 'paper', hint: 'an exchange that is built in, no keys, no money' },
      { value: 'testnet' as const, label: 'testnet', hint: "the exchange's test network" },
      { value: 'live' as const, label: 'live', hint: 'real money' },
    ],
  });
  if (isCancel(mode)) return giveUp();
  const pairs = await text({
    message: 'Which pairs?',
    initialValue: given.symbols.join(', '),
    validate: (value) =>
      listOf(value ?? '').includes(null) ? 'write pairs such as ETH/USDT, separated by commas' : undefined,
  });
  if (isCancel(pairs)) return giveUp();
  const baseOrder = await text({
    message: 'How much of the quote coin starts a cycle?',
    initialValue: given.baseOrder,
    validate: (value) =>
      AMOUNT.test(value ?? '') && Number(value) > 0 ? undefined : 'give a positive decimal such as 3',
  });
  if (isCancel(baseOrder)) return giveUp();
  outro('Done. Keys of the account never go into this file.');
  return { mode, symbols: [...new Set(listOf(pairs).filter((symbol) => symbol !== null))], baseOrder };
}

function giveUp(): null {
  cancel('Given up.');
  return null;
}
