import { type Decimal, decimal, text } from '@mtrade/money';
import type { MtradeConfig } from './document.js';

/**
 * The checked configuration as worker threads get it: plain data with every decimal as marked text. Reading it needs no
 * schema, so a thread that only runs with the configuration does not load the library that checks it.
 */
export type ConfigWire = { readonly [key: string]: WireValue };
type WireValue = string | number | boolean | null | readonly WireValue[] | ConfigWire;

const DECIMAL = '$decimal';

export const configToWire = (config: MtradeConfig): ConfigWire => toWire(config) as ConfigWire;
export const configFromWire = (wire: ConfigWire): MtradeConfig => fromWire(wire) as MtradeConfig;

const isDecimal = (value: object): value is Decimal => 'toFixed' in value;

function toWire(value: unknown): WireValue {
  if (typeof value !== 'object' || value === null) return value as WireValue;
  if (Array.isArray(value)) return value.map(toWire);
  if (isDecimal(value)) return { [DECIMAL]: text(value) };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toWire(inner)]));
}

function fromWire(value: WireValue): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(fromWire);
  const fields = value as ConfigWire;
  if (typeof fields[DECIMAL] === 'string') return decimal(fields[DECIMAL]);
  return Object.fromEntries(Object.entries(fields).map(([key, inner]) => [key, fromWire(inner)]));
}
