import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Quote } from '../core/types.js';
import { writeWhole } from './whole-file.js';

/** Where prices stood. */
export interface SavedMarket {
  readonly version: 1;
  /** Names the source that gave the prices; another source can do nothing with its position. */
  readonly feed: string;
  /** Last quote of each pair. */
  readonly quotes: Readonly<Record<string, Quote>>;
  /** `PriceSource.position()`. */
  readonly position: unknown;
}

const pathIn = (dir: string): string => join(dir, 'market.json');

/** Prices are worth keeping but never worth stopping for: no file, or one that cannot be read, is null: fresh prices. */
export function readSavedMarket(dir: string): SavedMarket | null {
  try {
    const saved = JSON.parse(readFileSync(pathIn(dir), 'utf8')) as SavedMarket;
    return saved.version === 1 && typeof saved.quotes === 'object' ? saved : null;
  } catch {
    return null;
  }
}

export function writeSavedMarket(dir: string, market: SavedMarket): void {
  writeWhole(pathIn(dir), JSON.stringify(market));
}
