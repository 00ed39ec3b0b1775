import { errorText } from '@mtrade/base';
import { asRow, asRows, idField } from './answer.js';

/** Gate's largest page of orders; also used for trades, so that no server can cut a page short unnoticed. */
export const PAGE_ROWS = 100;
const MOST_PAGES = 100;

export interface PagedRows {
  readonly rows: readonly unknown[];
  /** Why the list is not complete; null when it is. */
  readonly missing: string | null;
}

/**
 * Reads a numbered list to its end: the first page with fewer rows than a full one (N30). Never throws: what was read
 * stays usable as positive evidence, and `missing` says that it is no negative one. Rows that slid to the next page
 * meanwhile appear once.
 */
export const readPages = (readPage: (page: number) => Promise<unknown>): Promise<PagedRows> =>
  readGroupedPages(readPage, (answer) => [asRows(answer)]);

/** The same for a list in groups that are paged each for itself: the end is a page on which no group is full. */
export async function readGroupedPages(
  readPage: (page: number) => Promise<unknown>,
  groupsOf: (answer: unknown) => readonly (readonly unknown[])[],
): Promise<PagedRows> {
  const rows = new Map<string, unknown>();
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    try {
      const groups = groupsOf(await readPage(page));
      const before = rows.size;
      for (const group of groups) for (const row of group) rows.set(idField(asRow(row), 'id'), row);
      if (groups.every((group) => group.length < PAGE_ROWS))
        return { rows: [...rows.values()], missing: null };
      if (rows.size === before) return partial(`page ${page} repeats earlier rows`);
    } catch (error) {
      return partial(`page ${page}: ${errorText(error)}`);
    }
  }
  return partial(`more than ${MOST_PAGES} pages`);

  function partial(missing: string): PagedRows {
    return { rows: [...rows.values()], missing };
  }
}
