import { openReader } from '@mtrade/store';

/**
 * True when the books know of an order, and when they cannot be read: books that may hold the only word on an order are
 * never removed, however the start that made them has ended.
 */
export function holdsOrders(databasePath: string): boolean {
  try {
    const reader = openReader({ path: databasePath });
    if (reader === null) return false;
    try {
      return reader.intents({ limit: 1 }).length > 0;
    } finally {
      reader.close();
    }
  } catch {
    return true;
  }
}
