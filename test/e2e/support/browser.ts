import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { EngineProcess } from './engine.js';

const CANDIDATES = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The browser of this machine; null where there is none. */
export const CHROMIUM = CANDIDATES.find((path) => path !== undefined && existsSync(path)) ?? null;

/** In the title of what is skipped, so that the report says why. */
export const NEEDS_BROWSER =
  CHROMIUM === null ? ' (skipped: no Chromium here; apt-get install chromium, or set CHROMIUM)' : '';

/** What a page did that a good one never does. */
export interface Watched {
  readonly page: Page;
  /** Errors, warnings and violations of the policy in the console, and uncaught errors. */
  readonly complaints: string[];
  /** Requests to anywhere but the engine. */
  readonly strangers: string[];
}

/** One headless browser for the tests of a file. */
export function useBrowser(): {
  readonly open: (engine: EngineProcess, options?: OpenOptions) => Promise<Watched>;
} {
  let browser: Browser | null = null;
  beforeAll(async () => {
    if (CHROMIUM === null) return;
    // The sandbox needs rights that containers and root do not have; the pages are our own.
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(async () => {
    await browser?.close();
  });
  return {
    open: async (engine, options = {}) => {
      if (browser === null) throw new Error('the browser begins with the first test');
      const context = await browser.newContext({
        viewport: { width: 1_200, height: 900 },
        ...options.context,
      });
      onTestFinished(() => context.close());
      const page = await context.newPage();
      const watched: Watched = { page, complaints: [], strangers: [] };
      const origin = urlOf(engine);
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) watched.complaints.push(message.text());
      });
      page.on('pageerror', (error) => watched.complaints.push(String(error)));
      page.on('request', (request) => {
        if (!request.url().startsWith(origin)) watched.strangers.push(request.url());
      });
      page.setDefaultTimeout(15_000);
      await page.goto(`${origin}/#token=${options.token ?? tokenOf(engine)}`);
      return watched;
    },
  };
}

export interface OpenOptions {
  /** Instead of the one that may command. */
  readonly token?: string;
  readonly context?: BrowserContextOptions;
}

export const tokenOf = ({ dataDir }: EngineProcess, scope: 'control' | 'read' = 'control'): string =>
  readFileSync(join(dataDir, `${scope}.token`), 'utf8').trim();

/** Where the engine serves its page. */
export function urlOf({ dataDir }: EngineProcess): string {
  const { url } = JSON.parse(readFileSync(join(dataDir, 'control.json'), 'utf8')) as { readonly url: string };
  return url;
}
