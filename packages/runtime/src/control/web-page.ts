import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ControlEnv } from './http-env.js';

/** One built file of the web page, as it goes out. */
export interface PageFile {
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
  /** The same, packed; absent where packing gains nothing. Read only when a client wants it: it may be made then. */
  readonly gzip?: Uint8Array<ArrayBuffer>;
}

/** The page by request path (`/`, `/assets/index-x1.js`), in memory before the server listens; a file is packed for the first client that wants it so. */
export type WebPage = ReadonlyMap<string, PageFile>;

const MISSING: WebPage = new Map([
  [
    '/',
    {
      type: 'text/plain; charset=utf-8',
      body: new TextEncoder().encode(
        'The web page is not built. Run `npm run build` in the project and start the engine again.\n' +
          'The API works without it: /openapi.json describes it.\n',
      ),
    },
  ],
]);

/** Without a built page, `/` says how to build one. */
export const pageOrHint = (page: WebPage | undefined): WebPage =>
  page === undefined || page.size === 0 ? MISSING : page;

/**
 * Serves the page. A request only ever looks a name up in the map: no path of the file system is made from it, so
 * nothing beside the page can be reached (S09). The files hold no secret, therefore they need no token.
 */
export function addWebPage(app: OpenAPIHono<ControlEnv>, page: WebPage): void {
  for (const [path, file] of page)
    app.get(path, (context) => {
      const wantsPacked = /\bgzip\b/.test(context.req.header('accept-encoding') ?? '');
      const packed = wantsPacked ? file.gzip : undefined;
      return context.body(packed ?? file.body, 200, {
        'Content-Type': file.type,
        Vary: 'Accept-Encoding',
        ...(packed && { 'Content-Encoding': 'gzip' }),
      });
    });
}
