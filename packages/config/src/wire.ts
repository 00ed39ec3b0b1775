import { compact, type Decimal, decimal, text } from '@mtrade/money';
import type { MtradeConfig } from './document.js';

/**
 * The checked configuration as worker threads get it: plain data with every decimal as marked text. Reading it needs no
 * schema, so a thread that only runs with the configuration does not load the library that checks it.
 */
export type ConfigWire = { readonly [key: string]: WireValue };
type WireValue = string | number | boolean | null | readonly WireValue[] | ConfigWire;

const DECIMAL = '$decimal';

export const configToWire = (config: MtradeConfig): ConfigWire => toWire(config) as ConfigWire;
/** Numbers that are the same are one object: hundreds of pairs have the same ladder, and every thread keeps them all. */
export const configFromWire = (wire: ConfigWire): MtradeConfig => fromWire(wire, new Map()) as MtradeConfig;

const isDecimal = (value: object): value is Decimal => 'toFixed' in value;

function toWire(value: unknown): WireValue {
  if (typeof value !== 'object' || value === null) return value as WireValue;
  if (Array.isArray(value)) return value.map(toWire);
  if (isDecimal(value)) return { [DECIMAL]: text(value) };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toWire(inner)]));
}

function fromWire(value: WireValue, known: Map<string, Decimal>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((inner) => fromWire(inner, known));
  const fields = value as ConfigWire;
  if (typeof fields[DECIMAL] === 'string') return readOnce(fields[DECIMAL], known);
  return Object.fromEntries(Object.entries(fields).map(([key, inner]) => [key, fromWire(inner, known)]));
}

function readOnce(written: string, known: Map<string, Decimal>): Decimal {
  const value = known.get(written) ?? compact(decimal(written));
  known.set(written, value);
  return value;
}
