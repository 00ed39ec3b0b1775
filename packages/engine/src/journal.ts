import type { EpochMs } from '@mtrade/base';
import type { JournalEntry } from './ports/index.js';

/** One line of the journal; it is committed together with what it tells. */
export const journal = (
  epochMs: EpochMs,
  event: string,
  symbol: string | null,
  details: Readonly<Record<string, unknown>> = {},
): JournalEntry => ({ epochMs, event, symbol, details });
