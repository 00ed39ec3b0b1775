import { type Decimal, decimal } from '@mtrade/money';
import { z } from 'zod';

/**
 * One key of the configuration. `Raw` is how it stands in the file (amounts as strings), `Value` what the engine gets.
 * Everything a person reads about the key (messages, schema, documentation) is made from these fields.
 */
export interface Option<Raw, Value> {
  readonly schema: z.ZodType;
  /** Undefined: the key may be absent and the engine decides, as `help` says. */
  readonly defaultRaw: Raw | undefined;
  readonly unit: string | null;
  readonly help: string;
  /** Completes the sentence "expected ...". */
  readonly expects: string;
  /** A value from the environment, as it would stand in the file; the schema judges it afterwards. */
  readonly fromText: (text: string) => unknown;
  /** A method, so that options of all types fit one table. */
  toValue(raw: Raw): Value;
  /** More than `expects` can say about one wrong value; null when there is nothing to add. */
  readonly advice: (raw: unknown, key: string) => string | null;
  /** Name of the key in the program that older notes speak of. */
  readonly formerly: string | null;
}

interface Common<Raw> {
  readonly default?: Raw;
  readonly unit?: string;
  readonly help: string;
  readonly formerly?: string;
}

const noAdvice = () => null;

function option<Raw, Value>(
  common: Common<Raw>,
  rest: Pick<Option<Raw, Value>, 'schema' | 'expects' | 'fromText' | 'toValue'> &
    Partial<Pick<Option<Raw, Value>, 'advice'>>,
): Option<Raw, Value> {
  const { default: defaultRaw, unit = null, help, formerly = null } = common;
  return { defaultRaw, unit, help, formerly, advice: noAdvice, ...rest };
}

const numberFromText = (text: string): unknown => (/^[+-]?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text);

export const whole = (common: Common<number> & { readonly min: number; readonly max: number }) =>
  option<number, number>(common, {
    schema: z.int().min(common.min).max(common.max),
    expects: `a whole number from ${common.min} to ${common.max}${common.unit === undefined ? '' : ` (${common.unit})`}`,
    fromText: numberFromText,
    toValue: (raw) => raw,
  });

/** A factor that never touches money, such as a replay speed. */
export const factor = (common: Common<number> & { readonly above: number; readonly max: number }) =>
  option<number, number>(common, {
    schema: z.number().gt(common.above).max(common.max),
    expects: `a number above ${common.above}, at most ${common.max}`,
    fromText: numberFromText,
    toValue: (raw) => raw,
  });

export const flag = (common: Common<boolean>) =>
  option<boolean, boolean>(common, {
    schema: z.boolean(),
    expects: 'true or false',
    fromText: (text) => (text === 'true' ? true : text === 'false' ? false : text),
    toValue: (raw) => raw,
  });

export const choice = <const T extends string>(
  values: readonly T[],
  common: Common<NoInfer<T>> & { readonly advice?: (raw: unknown) => string | null },
) =>
  option<T, T>(common, {
    schema: z.enum(values),
    expects: values.length === 1 ? `"${values[0]}"` : `one of ${values.map((v) => `"${v}"`).join(', ')}`,
    fromText: (text) => text,
    toValue: (raw) => raw,
    advice: common.advice ?? noAdvice,
  });

/** Text with a shape of its own: an address, a path. `parse` throws with the reason when it is wrong. */
export const shaped = <Value>(
  common: Common<string> & { readonly expects: string; readonly parse: (raw: string) => Value },
) => {
  const problemOf = (raw: string): string | null => {
    try {
      common.parse(raw);
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  };
  return option<string, Value>(common, {
    schema: z.string().refine((raw) => problemOf(raw) === null),
    expects: common.expects,
    fromText: (text) => text,
    toValue: common.parse,
    advice: (raw) => (typeof raw === 'string' ? problemOf(raw) : null),
  });
};

/** More digits than any exchange has for an amount, and few enough for every sum and product to be kept exactly. */
const MAX_WHOLE_DIGITS = 15;
const MAX_DECIMALS = 18;
const DECIMAL_TEXT = `^[0-9]{1,${MAX_WHOLE_DIGITS}}(\\.[0-9]{1,${MAX_DECIMALS}})?$`;

/** Says of a decimal that has more digits than an amount may have how many they are; null for everything else. */
export function tooManyDigits(raw: string): string | null {
  const [, integer = '', decimals = ''] = /^(\d+)(?:\.(\d+))?$/.exec(raw) ?? [];
  if (decimals.length > MAX_DECIMALS)
    return `it has ${decimals.length} digits after the point; ${MAX_DECIMALS} are the most`;
  if (integer.length > MAX_WHOLE_DIGITS)
    return `it has ${integer.length} digits before the point; ${MAX_WHOLE_DIGITS} are the most`;
  return null;
}

export interface Bounds {
  /** Exclusive. */
  readonly above?: string;
  readonly min?: string;
  readonly max?: string;
}

const withinBounds = (raw: string, { above, min, max }: Bounds): boolean => {
  const value = decimal(raw);
  return (
    (above === undefined || value.gt(above)) &&
    (min === undefined || value.gte(min)) &&
    (max === undefined || value.lte(max))
  );
};

export const decimalSchema = (bounds: Bounds) =>
  z
    .string()
    .regex(new RegExp(DECIMAL_TEXT))
    .refine((raw) => !new RegExp(DECIMAL_TEXT).test(raw) || withinBounds(raw, bounds));

const boundsText = ({ above, min, max }: Bounds): string =>
  [
    above === undefined ? '' : ` above ${above}`,
    min === undefined ? '' : ` not below ${min}`,
    max === undefined ? '' : ` at most ${max}`,
  ]
    .filter((part) => part !== '')
    .join(',');

export function amountAdvice(raw: unknown, key: string): string | null {
  if (typeof raw === 'string') return tooManyDigits(raw);
  return typeof raw === 'number' && Number.isFinite(raw)
    ? `amounts and percentages are decimal strings; put it in quotes: ${key.replace(/^.*\./, '')} = "${raw}"`
    : null;
}

/** An amount or a percentage: an exact decimal in quotes, never a float. */
export const decimalText = (common: Common<string> & Bounds) =>
  option<string, Decimal>(common, {
    schema: decimalSchema(common),
    expects: `a decimal in quotes${boundsText(common)}`,
    fromText: (text) => text,
    toValue: decimal,
    advice: amountAdvice,
  });

/** A list of words, such as a program with its arguments. From the environment it comes as a JSON array. */
export const textList = (
  common: Common<readonly string[]> & { readonly expects: string; readonly max: number },
) =>
  option<readonly string[], readonly string[]>(common, {
    schema: z
      .array(
        z
          .string()
          .min(1)
          .max(4_096)
          .regex(/^[^\0]*$/),
      )
      .max(common.max),
    expects: common.expects,
    fromText: (text) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        return text;
      }
    },
    toValue: (raw) => raw,
    advice: (raw) => (typeof raw === 'string' ? 'one word per entry; no shell takes it apart' : null),
  });

const COIN = /^[A-Z0-9]{1,20}$/;

/** Amounts by coin, such as `{ USDT = "10000" }`. */
export const amountsByCoin = (common: Common<Readonly<Record<string, string>>>) =>
  option<Readonly<Record<string, string>>, Readonly<Record<string, Decimal>>>(common, {
    schema: z.record(z.string().regex(COIN), decimalSchema({ min: '0' })),
    expects: 'a table of coin names and decimals in quotes, not below 0, such as { USDT = "10000" }',
    fromText: (text) =>
      text === '' ? text : Object.fromEntries(text.split(',').map((part) => part.trim().split('='))),
    toValue: (raw) => Object.fromEntries(Object.entries(raw).map(([coin, text]) => [coin, decimal(text)])),
    advice: (raw, key) =>
      typeof raw === 'object' && raw !== null
        ? (Object.entries(raw)
            .map(([coin, amount]) => amountAdvice(amount, `${key}.${coin}`))
            .find((advice) => advice !== null) ?? null)
        : null,
  });
