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

/** Pairs separated by commas, each once. */
export const pairsArgument = async (text: string): Promise<string[]> => [
  ...new Set(await Promise.all(text.split(',').map((part) => pairArgument(part.trim())))),
];

/** For commander: a positive plain decimal, kept as text. */
export function positiveDecimal(value: string): string {
  if (!/^\d{1,15}(?:\.\d{1,18})?$/.test(value) || !/[1-9]/.test(value))
    throw new InvalidArgumentError(
      /^\d+(?:\.\d+)?$/.test(value) && /[1-9]/.test(value)
        ? 'it has too many digits: give at most 15 before the point and 18 after it'
        : 'give a positive decimal such as 0.25',
    );
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

const TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

/** For commander: a point in time, UTC unless it says otherwise; Unix ms. */
export function timeArgument(value: string): number {
  const text = value.replace(' ', 'T');
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/.test(text.slice(10));
  const epochMs = Date.parse(text.length === 10 || hasZone ? text : `${text}Z`);
  if (!TIME.test(value) || Number.isNaN(epochMs))
    throw new InvalidArgumentError('give a time such as 2026-11-21T12:30 (UTC) or 2026-11-21T12:30+01:00');
  return epochMs;
}

/** For commander: a name that the machine's time zone data knows. */
export function timeZone(value: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
  } catch {
    throw new InvalidArgumentError('give a time zone such as Europe/Berlin or UTC');
  }
}
