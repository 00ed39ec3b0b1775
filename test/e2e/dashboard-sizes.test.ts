import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
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

    const ready: readonly (readonly [string, string])[] = [
      ['#/', 'Earned today'],
      ['#/pairs/BTC-USDT', 'Ledger of this cycle'],
      ['#/profit', 'By pair'],
      ['#/journal', 'order.filled'],
      ['#/ladder', 'Quote needed for all rows'],
      ['#/engine', 'cycler_iterations'],
    ];
    for (const [hash, text] of ready) {
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
