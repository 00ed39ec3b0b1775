import { MtradeError } from '@mtrade/base';
import { InvalidArgumentError } from 'commander';

/** Any written form of a pair as `BASE/QUOTE`. A text that is no pair is a usage error. */
export async function pairArgument(text: string): Promise<string> {
  const { normalizeSymbol } = await import('@mtrade/config');
  const symbol = normalizeSymbol(text);
  if (symbol === null)
    throw new MtradeError(
      'MTRADE_USAGE',
      `${JSON.stringify(text.slice(0, 60))} is no pair; write it as ETH/USDT, ETH_USDT or ETHUSDT`,
      {},
    );
  return symbol;
}

/** For commander: a positive plain decimal, kept as text. */
export function positiveDecimal(value: string): string {
  if (!/^\d{1,15}(?:\.\d{1,18})?$/.test(value) || !/[1-9]/.test(value))
    throw new InvalidArgumentError('give a positive decimal such as 0.25');
  return value;
}

/** For commander: `on` or `off`. */
export function onOff(value: string): boolean {
  if (value !== 'on' && value !== 'off') throw new InvalidArgumentError('give on or off');
  return value === 'on';
}

export const wholeNumber =
  (min: number, max: number) =>
  (value: string): number => {
    const number = Number(value);
    if (!/^\d{1,9}$/.test(value) || number < min || number > max)
      throw new InvalidArgumentError(`give a whole number from ${min} to ${max}`);
    return number;
  };
