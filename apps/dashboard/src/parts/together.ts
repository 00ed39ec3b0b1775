import { useRef } from 'preact/hooks';
import type { Fetched } from '../use-fetch.js';

/** Per quote coin. */
export type Sums = Readonly<Record<string, string>>;

/**
 * The sum over all days as it was when the other sums were told: they change with the same sale, and one that ran ahead
 * would look like money from nowhere.
 */
export function useTogether(inAll: Sums | null, { data, error }: Fetched<unknown>): Sums | null {
  const kept = useRef<{ readonly with: unknown; readonly sums: Sums | null }>({ with: null, sums: null });
  if (kept.current.with !== data || error !== null) kept.current = { with: data, sums: inAll };
  return kept.current.sums;
}
