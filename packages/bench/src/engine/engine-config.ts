import { MEASURED_LADDER } from '../exchange/ladder-prices.js';
import type { Addresses } from '../exchange/messages.js';

export interface EngineSetting {
  readonly symbols: readonly string[];
  /** The first so many are traded. */
  readonly traded: number;
  readonly dataDir: string;
  readonly addresses: Addresses;
}

/** Names of pairs that exist nowhere. */
export const pairNames = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `P${String(index + 1).padStart(3, '0')}/USDT`);

const value = (one: string | number): string => JSON.stringify(one);

/** The file that a measured engine runs with: everything is a default except the exchange, the pairs and their ladder. */
export function engineConfig({ symbols, traded, dataDir, addresses }: EngineSetting): string {
  const ladder = Object.entries(MEASURED_LADDER).map(([key, one]) => `${key} = ${value(one)}`);
  const pairs = symbols.map(
    (symbol, index) => `[[pairs]]\nsymbol = ${value(symbol)}\ntrade = ${index < traded}`,
  );
  return [
    `mode = "live"\ndata_dir = ${value(dataDir)}`,
    `[exchange]\nrest_url = ${value(addresses.restUrl)}\nws_url = ${value(addresses.wsUrl)}`,
    `[control]\nlisten = "127.0.0.1:0"`,
    `[backup]\nevery_hours = 0`,
    `[ladder]\n${ladder.join('\n')}`,
    ...pairs,
    '',
  ].join('\n\n');
}
