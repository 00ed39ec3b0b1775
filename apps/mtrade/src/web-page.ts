import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { PageFile, WebPage } from '@mtrade/runtime';
import { APP_DIRECTORY } from './app-directory.js';

/** Where `npm run build` puts the page. */
const BUILT = fileURLToPath(new URL('../dashboard/dist/', APP_DIRECTORY));

/** Only these are served; anything else that lies there is no part of the page. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

function pageFile(path: string, type: string): PageFile {
  const body = new Uint8Array(readFileSync(path));
  let gzip: Uint8Array<ArrayBuffer> | undefined;
  return {
    type,
    body,
    // When it is first asked for: a start does not wait for a page that nobody may open.
    get gzip() {
      return (gzip ??= new Uint8Array(gzipSync(body)));
    },
  };
}

/** The built page, read once at the start; undefined when it was never built. */
export function loadWebPage(directory = BUILT): WebPage | undefined {
  const files = new Map<string, PageFile>();
  const add = (folder: string, prefix: string): void => {
    for (const name of readdirSync(join(directory, folder))) {
      const type = TYPES[extname(name)];
      if (type === undefined) continue;
      files.set(
        name === 'index.html' ? '/' : `${prefix}${name}`,
        pageFile(join(directory, folder, name), type),
      );
    }
  };
  try {
    add('.', '/');
    add('assets', '/assets/');
  } catch {
    return undefined;
  }
  return files.has('/') ? files : undefined;
}
