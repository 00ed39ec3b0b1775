/**
 * Exact numbers: a quotient of two whole numbers of any length. The checker has an arithmetic of its own, so that a
 * mistake in the engine's cannot hide in both.
 */
export class Fraction {
  readonly top: bigint;
  /** Always positive. */
  readonly bottom: bigint;

  private constructor(top: bigint, bottom: bigint) {
    const sign = bottom < 0n ? -1n : 1n;
    const common = divisor(top < 0n ? -top : top, bottom * sign);
    this.top = (top * sign) / common;
    this.bottom = (bottom * sign) / common;
  }

  /** Plain decimal text or a whole number. Everything else is refused. */
  static of(value: string | number): Fraction {
    const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value));
    if (match === null) throw new TypeError(`not a plain decimal: ${JSON.stringify(value)}`);
    const [, sign = '', whole = '0', part = ''] = match;
    return new Fraction(BigInt(`${sign}${whole}${part}`), 10n ** BigInt(part.length));
  }

  plus(other: Fraction): Fraction {
    return new Fraction(this.top * other.bottom + other.top * this.bottom, this.bottom * other.bottom);
  }

  minus(other: Fraction): Fraction {
    return new Fraction(this.top * other.bottom - other.top * this.bottom, this.bottom * other.bottom);
  }

  times(other: Fraction): Fraction {
    return new Fraction(this.top * other.top, this.bottom * other.bottom);
  }

  over(other: Fraction): Fraction {
    if (other.top === 0n) throw new RangeError('division by zero');
    return new Fraction(this.top * other.bottom, this.bottom * other.top);
  }

  /** Below 0, 0 or above 0 as this is less than, equal to or greater than `other`. */
  compare(other: Fraction): number {
    const difference = this.top * other.bottom - other.top * this.bottom;
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }

  equals(other: Fraction): boolean {
    return this.compare(other) === 0;
  }

  isBelow(other: Fraction): boolean {
    return this.compare(other) < 0;
  }

  isAbove(other: Fraction): boolean {
    return this.compare(other) > 0;
  }

  get isZero(): boolean {
    return this.top === 0n;
  }

  /** Rounded towards minus infinity to `decimals` places. */
  floor(decimals: number): Fraction {
    const scale = 10n ** BigInt(decimals);
    return new Fraction(floorDivision(this.top * scale, this.bottom), scale);
  }

  /** Rounded towards plus infinity to `decimals` places. */
  ceiling(decimals: number): Fraction {
    const scale = 10n ** BigInt(decimals);
    return new Fraction(-floorDivision(-this.top * scale, this.bottom), scale);
  }

  /** Decimal text: exact when it ends within 40 places, else cut there with `...` behind it. */
  toString(): string {
    const shown = this.floor(40);
    const scaled = (shown.top * 10n ** 40n) / shown.bottom;
    const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(41, '0');
    const part = digits.slice(-40).replace(/0+$/, '');
    const whole = `${scaled < 0n ? '-' : ''}${digits.slice(0, -40)}`;
    return `${whole}${part === '' ? '' : `.${part}`}${shown.equals(this) ? '' : '...'}`;
  }

  /** For displays only. */
  toNumber(): number {
    return Number(this.floor(12).top) / Number(this.floor(12).bottom);
  }
}

export const ZERO = Fraction.of(0);
export const ONE = Fraction.of(1);
export const HUNDRED = Fraction.of(100);

export const larger = (a: Fraction, b: Fraction): Fraction => (a.isBelow(b) ? b : a);
export const smaller = (a: Fraction, b: Fraction): Fraction => (a.isAbove(b) ? b : a);

export const total = (values: Iterable<Fraction>): Fraction => {
  let sum = ZERO;
  for (const value of values) sum = sum.plus(value);
  return sum;
};

function divisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x === 0n ? 1n : x;
}

function floorDivision(top: bigint, bottom: bigint): bigint {
  const quotient = top / bottom;
  return top % bottom < 0n ? quotient - 1n : quotient;
}

/** Template tag for messages: fractions are written as decimals. */
export const say = (
  parts: TemplateStringsArray,
  ...values: readonly (Fraction | string | number)[]
): string =>
  parts.map((part, index) => `${part}${index < values.length ? String(values[index]) : ''}`).join('');
