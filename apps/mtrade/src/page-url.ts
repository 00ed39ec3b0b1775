import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type PageScope = 'control' | 'read';

/**
 * The page's address with the token in the fragment: the part of a URL that a browser sends to no server and writes
 * into no referrer. Null when the token cannot be read.
 */
export function pageUrl(url: string, dataDir: string, scope: PageScope = 'control'): string | null {
  try {
    const token = readFileSync(join(dataDir, `${scope}.token`), 'utf8').trim();
    return `${url}/#token=${token}`;
  } catch {
    return null;
  }
}
