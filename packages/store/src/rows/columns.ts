import type { EpochMs } from '@mtrade/base';
import { type Decimal, text } from '@mtrade/money';

/** Text of an amount that may be missing. */
export const textOrNull = (value: Decimal | null): string | null => (value === null ? null : text(value));

/** `orNull(price, row.start_price)`: an amount that may be missing. Anything that is no plain decimal throws. */
export const orNull = <T>(parse: (value: string) => T, value: string | null): T | null =>
  value === null ? null : parse(value);

export const bit = (value: boolean): 0 | 1 => (value ? 1 : 0);

export const epoch = (value: number): EpochMs => value as EpochMs;
export const epochOrNull = (value: number | null): EpochMs | null => value as EpochMs | null;
