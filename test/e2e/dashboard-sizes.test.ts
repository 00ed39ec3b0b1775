import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page, Request } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { CHROMIUM, NEEDS_BROWSER, useBrowser } from './support/browser.js';
import { cleanEnvironment, spawnEngine, startEngine } from './support/engine.js';
import { useWorld } from './support/fixture.js';
import { Processes } from './support/processes.js';

const MANY = Array.from({ length: 200 }, (_, index) => `P${String(index).padStart(3, '0')}/USDT`);
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } as const;

const browser = useBrowser();
const go = async (page: Page, hash: string): Promise<void> => {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
};
/** Processor time of the page's main thread; on a busy machine the clock would count other programs, too. */
async function watchThread(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'ThreadTime')?.value ?? Number.NaN;
  };
}
/** What does not fit: elements beyond the window's edges, and places whose content could only be seen by scrolling them. */
const CUT = `(() => {
  const found = document.documentElement.scrollWidth > innerWidth ? ['the page'] : [];
  for (const one of document.querySelectorAll('body *')) {
    if (one.closest('pre, svg, .chart, .hidden, input, select')) continue;
    const { left, right, width } = one.getBoundingClientRect();
    const edge = Math.min(innerWidth, one.closest('.card')?.getBoundingClientRect().right ?? innerWidth);
    const isOutside = width > 0 && (right > edge + 1 || left < -1);
    const isCut = getComputedStyle(one).overflowX !== 'visible' && one.scrollWidth > one.clientWidth + 1;
    if (isOutside || isCut) found.push(one.tagName + '.' + one.className + ' ' + one.textContent.slice(0, 40));
  }
  return found;
})()`;
/** The answer as soon as it is empty, else the last one of a second. */
async function settled(ask: () => Promise<readonly string[]>): Promise<readonly string[]> {
  for (let tries = 10; ; tries -= 1) {
    const answer = await ask();
    if (answer.length === 0 || tries === 0) return answer;
    await sleep(100);
  }
}
/** The page's questions that have no answer yet, but for the stream of events, which has no end. */
function openQuestions(page: Page): () => Promise<readonly string[]> {
  const open = new Set<Request>();
  page.on('request', (request) => {
    if (!request.url().endsWith('/v1/events')) open.add(request);
  });
  const answered = (request: Request): boolean => open.delete(request);
  page.on('requestfinished', answered).on('requestfailed', answered);
  return () => Promise.resolve([...open].map((request) => request.url()));
}
const widthOf = (page: Page): Promise<number> => page.evaluate('document.documentElement.scrollWidth');

describe.skipIf(CHROMIUM === null)(`the web page with many pairs${NEEDS_BROWSER}`, () => {
  const at = useWorld({ pairs: MANY });

  test('lists 200 pairs, finds one, orders and filters them, and keeps up with the engine', async () => {
    const { world } = at;
    const engine = await startEngine(world, { pairs: MANY });
    for (const symbol of MANY.slice(0, 20)) world.price(symbol, '99.9', '100');
    await engine.until(
      'twenty pairs hold coins',
      ({ pairs }) => pairs.filter(({ state }) => state === 'active').length === 20,
    );
    const { page, complaints } = await browser.open(engine);
    const rows = page.locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(200);

    await page.getByRole('button', { name: /^Active/ }).click();
    await expect.poll(() => rows.count()).toBe(20);
    world.price('P007/USDT', '100.4', '100.5');
    await engine.untilPair('P007/USDT', 'hears it', ({ bid }) => bid === '100.4');
    await page.getByLabel('Order').selectOption('sell');
    await expect.poll(() => rows.first().innerText()).toContain('P007');
    await page.getByRole('button', { name: /^All/ }).click();
    await page.getByPlaceholder('Find a pair').fill('p123');
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByPlaceholder('Find a pair').fill('');
    await expect.poll(() => rows.count()).toBe(200);

    // The page's own thread is free most of the time: what it draws each second leaves room for the reader's hands.
    const threadSeconds = await watchThread(page);
    const before = await threadSeconds();
    await sleep(2_000);
    const busySeconds = (await threadSeconds()) - before;
    expect(busySeconds).toBeGreaterThan(0);
    expect(busySeconds).toBeLessThan(1.5);
    expect(await page.getByTestId('freshness').textContent()).toBe('up to date');
    expect(complaints).toEqual([]);
    await engine.stop();
  });
});

const PAGES: readonly (readonly [string, string])[] = [
  ['#/', 'Earned today'],
  ['#/pairs/BTC-USDT', 'Ledger of this cycle'],
  ['#/profit', 'By pair'],
  ['#/journal', 'order.filled'],
  ['#/ladder/BTC-USDT', 'Quote needed for all rows'],
  ['#/engine', 'cycler_iterations'],
];

describe.skipIf(CHROMIUM === null)(`the web page in windows of any width${NEEDS_BROWSER}`, () => {
  const processes = new Processes();
  const home = mkdtempSync(join(tmpdir(), 'mtrade-page-'));
  afterAll(async () => {
    await processes.killAll();
    rmSync(home, { recursive: true, force: true });
  });

  test('nothing is cut and nothing scrolls sideways at 360, 768, 1400 and 2000 pixels, with the widest figures', async () => {
    const engine = await spawnEngine(['start'], {
      cwd: home,
      // The dearest coin, a ladder up to hundreds of thousands, a stop in every row.
      env: {
        ...cleanEnvironment(home),
        MTRADE__CONTROL__LISTEN: '127.0.0.1:0',
        MTRADE__LADDER__STOP_LOSS_PCT: '60',
      },
      processes,
      dataDir: join(home, 'share', 'mtrade'),
      configPath: '',
    });
    await engine.untilPair('BTC/USDT', 'is protected', ({ protection }) => protection?.state === 'active');
    const { page, complaints } = await browser.open(engine);
    await page.getByRole('row').filter({ hasText: 'BTC/USDT' }).waitFor();

    const unanswered = openQuestions(page);
    const cut: unknown[] = [];
    for (const width of [360, 768, 1_400, 2_000]) {
      await page.setViewportSize({ width, height: 900 });
      for (const [hash, text] of PAGES) {
        await go(page, hash);
        await page.getByText(text).first().waitFor({ timeout: 60_000 });
        if (hash.startsWith('#/pairs')) await page.locator('.fills tbody tr').first().waitFor();
        // A table is laid out anew in the frame after its place has changed: by the window, or by a scroll bar.
        const found = await settled(() => page.evaluate(CUT));
        if (found.length > 0) cut.push([width, hash, found]);
        // A reader of two dozen pages in as many seconds would be told that he asks too much at once.
        await expect.poll(unanswered, { timeout: 60_000 }).toEqual([]);
      }
    }
    expect(cut).toEqual([]);
    // The columns that a narrow place gives up are back where there is room.
    await go(page, '#/pairs/BTC-USDT');
    await page.getByTestId('ladder').getByText('Stop at').waitFor();
    expect(complaints).toEqual([]);
    await engine.stop();
  });
});

describe.skipIf(CHROMIUM === null)(`the web page on a phone${NEEDS_BROWSER}`, () => {
  const processes = new Processes();
  const home = mkdtempSync(join(tmpdir(), 'mtrade-page-'));
  afterAll(async () => {
    await processes.killAll();
    rmSync(home, { recursive: true, force: true });
  });

  test('C10: says PAPER on every page, fits 360 pixels without scrolling sideways, and is not taken for LIVE', async () => {
    const engine = await spawnEngine(['start'], {
      cwd: home,
      env: { ...cleanEnvironment(home), MTRADE__CONTROL__LISTEN: '127.0.0.1:0' },
      processes,
      dataDir: join(home, 'share', 'mtrade'),
      configPath: '',
    });
    await engine.untilPair('BTC/USDT', 'holds coins', ({ cycle_start_state }) => cycle_start_state === 2);
    const { page, complaints } = await browser.open(engine, { context: PHONE });
    await page.getByRole('row').filter({ hasText: 'BTC/USDT' }).waitFor();

    for (const [hash, text] of PAGES) {
      await go(page, hash);
      await page.getByText(text).first().waitFor();
      expect(await page.getByTestId('mode').first().textContent()).toBe('PAPER: no real money');
      expect(await page.title()).toBe('PAPER · mtrade');
      expect([hash, await widthOf(page)]).toEqual([hash, 360]);
    }
    // Colour and frame differ from the live page's, not the word alone.
    const look = `(() => { const band = getComputedStyle(document.documentElement).getPropertyValue('--band').trim();
      return [band, getComputedStyle(document.getElementById('page')).borderLeftColor]; })()`;
    const paper = await page.evaluate(look);
    await page.evaluate(`document.documentElement.dataset.mode = 'live'`);
    const live = await page.evaluate(look);
    expect(paper).not.toEqual(live);
    expect(complaints).toEqual([]);
    await engine.stop();
  });
});
