import { cancel, confirm, intro, isCancel, note, outro, select, text } from '@clack/prompts';
import { type Mode, normalizeSymbol } from '@mtrade/config';
import { DEFAULT_SIMULATED_PAIRS } from '@mtrade/market-sim';

export interface Choices {
  readonly mode: Mode;
  readonly symbols: readonly string[];
  readonly baseOrder: string;
  /** Are the pairs permitted at once? */
  readonly trade: boolean;
}

const AMOUNT = /^\d{1,15}(?:\.\d{1,18})?$/;

const listOf = (value: string): (string | null)[] => value.split(',').map((part) => normalizeSymbol(part));

/**
 * What is wrong with the first pair that is none, or that is not among `listed` (null: not known); nothing typed means
 * the default.
 */
export function pairsProblem(value: string, listed: readonly string[] | null): string | undefined {
  if (value.trim() === '') return undefined;
  for (const part of value.split(',')) {
    const symbol = normalizeSymbol(part);
    if (symbol === null)
      return `${JSON.stringify(part.trim().slice(0, 40))} is no pair; write pairs such as ETH/USDT, separated by commas`;
    if (listed !== null && !listed.includes(symbol))
      return `${symbol} is not listed in paper mode; there are ${listed.join(', ')}`;
  }
  return undefined;
}

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
  const listed = mode === 'paper' ? DEFAULT_SIMULATED_PAIRS.map(({ spec }) => spec.symbol) : null;
  const pairs = await text({
    message: 'Which pairs?',
    // Not pre-filled: what is typed would be appended to it.
    placeholder: given.symbols.join(', '),
    defaultValue: given.symbols.join(', '),
    validate: (value) => pairsProblem(value ?? '', listed),
  });
  if (isCancel(pairs)) return giveUp();
  const baseOrder = await text({
    message: 'How much of the quote coin starts a cycle?',
    placeholder: given.baseOrder,
    defaultValue: given.baseOrder,
    validate: (value) =>
      (value ?? '') === '' || (AMOUNT.test(value ?? '') && Number(value) > 0)
        ? undefined
        : 'give a positive decimal such as 3',
  });
  if (isCancel(baseOrder)) return giveUp();
  const symbols = pairs.trim() === '' ? given.symbols : listOf(pairs).filter((symbol) => symbol !== null);
  return { ...given, mode, symbols: [...new Set(symbols)], baseOrder };
}

/** Shows what the choices come to; false when the person does not want the file. */
export async function askToWrite(path: string, consequences: readonly string[]): Promise<boolean> {
  note(consequences.join('\n'), 'What that means');
  const answer = await confirm({ message: `Write ${path}?` });
  if (isCancel(answer) || !answer) {
    cancel('Given up.');
    return false;
  }
  outro('Keys of the account never go into this file.');
  return true;
}

function giveUp(): null {
  cancel('Given up.');
  return null;
}
