import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { LadderViewJson } from '@mtrade/runtime';
import { describe, expect, test } from 'vitest';
import { CHROMIUM, NEEDS_BROWSER, urlOf, useBrowser } from './support/browser.js';
import { startEngine } from './support/engine.js';
import { useEngine } from './support/fixture.js';

/**
 * What a person who has never seen the project finds from the page alone: which pair is closest to selling, why a pair
 * does nothing, what was earned today after fees, how to stop one pair. One engine and one browser for all of it.
 */
const START = {
  pairs: ['NEAR/USDT', 'FAR/USDT', { symbol: 'OFF/USDT', trade: false }, 'GONE/USDT'],
  ladder: { stop_loss_pct: '20' },
};
const at = useEngine({ pairs: ['NEAR/USDT', 'FAR/USDT', 'OFF/USDT', 'GONE/USDT'], start: START }, (world) => {
  for (const symbol of ['NEAR/USDT', 'FAR/USDT', 'OFF/USDT', 'GONE/USDT']) world.price(symbol, '99.9', '100');
});
const browser = useBrowser();

const tile = (page: Page, label: string) => page.locator('.tile').filter({ hasText: label });
const row = (page: Page, symbol: string) => page.getByRole('row').filter({ hasText: symbol });
const go = (page: Page, hash: string) => page.evaluate(`location.hash = ${JSON.stringify(hash)}`);

const earnedOnProfit = (page: Page) =>
  page.getByTestId('profit-day').locator('tbody td').first().textContent();

/** Relative brightness of what is read and what it stands on, as the browser draws it. */
const CONTRAST = `(() => {
  const rgb = (text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = (text) => rgb(text).map((part) => part / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const ratio = (element, back) => {
    const [a, b] = [light(getComputedStyle(element).color), light(getComputedStyle(back).backgroundColor)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const card = document.querySelector('.card');
  return ['.c-price', '.c-why', '.c-pair a'].map((name) => ratio(document.querySelector(name), card));
})()`;

describe.skipIf(CHROMIUM === null)(`a newcomer on the web page${NEEDS_BROWSER}`, () => {
  test('reads from the first page which pair sells next, why each waits, what today earned after fees, where the stops lie', async () => {
    const { world, engine } = at;
    for (const symbol of ['NEAR/USDT', 'FAR/USDT', 'GONE/USDT'])
      await engine.untilPair(symbol, 'holds coins', ({ state }) => state === 'active');
    world.price('GONE/USDT', '103', '103.1');
    await engine.untilPair('GONE/USDT', 'has sold', ({ realized_profit }) => Number(realized_profit) > 0);
    world.price('NEAR/USDT', '100.3', '100.4');
    world.price('FAR/USDT', '97', '97.1');
    const { page, complaints } = await browser.open(engine);

    await tile(page, 'Closest to its sale').getByText('NEAR/USDT').waitFor();
    await row(page, 'OFF/USDT').getByText('not permitted').first().waitFor();
    await row(page, 'FAR/USDT').getByText('waits for its next buy or its sale').waitFor();
    await row(page, 'NEAR/USDT').getByText('waits for its sale price').waitFor();
    // After fees, to the last digit: the engine's own sum, which the tile only shortens.
    await tile(page, 'Earned today').getByText('after fees, 1 sale', { exact: true }).waitFor();
    const { realized_profit: profit } = await engine.pair('GONE/USDT');
    expect(await tile(page, 'Earned today').locator('[title]').first().getAttribute('title')).toBe(
      `${profit} USDT`,
    );
    // Where the exchange would sell for protection.
    const stop = (
      await engine.untilPair('NEAR/USDT', 'is protected', (one) => one.protection?.state === 'active')
    ).protection?.stop_price;
    await row(page, 'NEAR/USDT').locator(`.c-stop[title="${stop}"]`).waitFor();

    await page.getByRole('link', { name: 'NEAR/USDT' }).last().click();
    // The card, the table and the status have one sale price.
    const { sell_limit: limit } = await engine.pair('NEAR/USDT');
    const here = page.getByTestId('ladder').locator('.row-current .sells');
    expect(await here.getAttribute('title')).toBe(limit);
    expect(await tile(page, 'Sale at').locator('dd').first().textContent()).toBe(await here.textContent());
    await page.locator('.legend').getByText('stop', { exact: true }).waitFor();
    await tile(page, 'Stop at').getByText('lies at the exchange').waitFor();
    expect(complaints).toEqual([]);
  });

  test('what is not known yet is not shown as none: "Earned today" counts no sales before the answer', async () => {
    const { engine } = at;
    const { page } = await browser.open(engine);
    await row(page, 'NEAR/USDT').waitFor();
    await page.route('**/v1/profit?**', () => undefined);
    await page.reload();

    await tile(page, 'Earned today').getByText('…', { exact: true }).waitFor();
    expect(await tile(page, 'Earned today').textContent()).not.toMatch(/\d+ sales?/);
  });

  test('what was earned today and in all never contradict each other while a sale is booked', async () => {
    const { world, engine } = at;
    await engine.untilPair('GONE/USDT', 'holds coins again', ({ state }) => state === 'active');
    const { page } = await browser.open(engine);
    const earned = () => tile(page, 'Earned today').locator('dd').first().textContent();
    await expect.poll(earned).toMatch(/\+/);
    // A slow answer shows what a fast one hides: the state of the engine comes first.
    await page.route('**/v1/profit?**', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await route.continue();
    });
    await page.evaluate(`(() => { window.seen = []; const [today, all] = ['Earned today', 'Earned in all'].map((label) =>
      [...document.querySelectorAll('.tile')].find((one) => one.textContent.startsWith(label)).querySelector('dd'));
      const look = () => { window.seen.push([today.textContent, all.textContent].join(' | ')); requestAnimationFrame(look); };
      look(); })()`);
    const before = await earned();
    const price = Number((await engine.pair('GONE/USDT')).sell_price);
    world.price('GONE/USDT', (price + 1).toFixed(2), (price + 1.1).toFixed(2));
    await expect.poll(earned, { timeout: 15_000 }).not.toBe(before);

    const seen = (await page.evaluate('[...new Set(window.seen)]')) as readonly string[];
    // The books are of today, so both sums are the same at any moment.
    expect(seen.filter((pair) => pair.split(' | ')[0] !== pair.split(' | ')[1])).toEqual([]);
    expect(seen.length).toBeGreaterThan(1);

    // The profit page has the same sums, and they agree there, too.
    await go(page, '#/profit');
    const now = await Promise.all(
      ['Today', 'In 30 days', 'In all'].map((label) => {
        const sum = page.locator('.tile').filter({ has: page.getByText(label, { exact: true }) });
        return sum.locator('dd div').first().textContent();
      }),
    );
    expect(new Set(now)).toEqual(new Set([await earnedOnProfit(page)]));
  });

  test('of an engine that is busy nothing is told: the page asks again when the engine says, and shows what it answers', async () => {
    const { page } = await browser.open(at.engine);
    await row(page, 'NEAR/USDT').waitFor();
    let refusals = 0;
    await page.route('**/v1/journal?**', async (route) => {
      if (refusals === 2) return route.continue();
      refusals += 1;
      const problem = { status: 503, code: 'MTRADE_BUSY', detail: 'too many questions at once; ask again' };
      await route.fulfill({ status: 503, headers: { 'Retry-After': '1' }, json: problem });
    });
    await page.evaluate(`(() => { window.told = false;
      const look = () => { window.told ||= document.body.textContent.includes('ask again'); };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true }); })()`);

    await go(page, '#/journal');
    await page.getByText('order.filled').first().waitFor();

    expect(refusals).toBe(2);
    expect(await page.evaluate('window.told')).toBe(false);
  });

  test('stops one pair with the keyboard alone', async () => {
    const { engine } = at;
    const { page } = await browser.open(engine);
    await row(page, 'FAR/USDT').waitFor();
    const isFocused = async (name: string): Promise<boolean> =>
      (await page.evaluate('document.activeElement?.textContent')) === name;
    const tabTo = async (name: string): Promise<void> => {
      for (let presses = 0; presses < 60; presses += 1) {
        if (await isFocused(name)) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`Tab never reaches ${name}`);
    };
    await tabTo('FAR/USDT');
    await page.keyboard.press('Enter');
    await page.getByText('Forbid: it buys nothing any more.').waitFor();
    await tabTo('Forbid');
    await page.keyboard.press('Enter');
    await page
      .getByRole('dialog')
      .getByText('is still sold at its sale price (engine.sell_when_forbidden is true)')
      .waitFor();
    await tabTo('Take permission');
    await page.keyboard.press('Enter');

    await engine.untilPair('FAR/USDT', 'is forbidden', ({ trade }) => !trade);
    await page.getByRole('button', { name: 'Permit', exact: true }).waitFor();
    await go(page, '#/');
    await row(page, 'FAR/USDT').getByText('not permitted').first().waitFor();
    expect((await engine.pair('NEAR/USDT')).trade).toBe(true);
  });

  test('sees what a ladder needs while editing it, with the numbers of mtrade ladder', async () => {
    const { engine } = at;
    const { page } = await browser.open(engine);
    await row(page, 'NEAR/USDT').waitFor();
    await go(page, '#/ladder/NEAR-USDT');
    const field = (name: string) => page.locator(`input[name="${name}"]`);
    await tile(page, 'Quote needed for all rows').waitFor();

    await field('price').fill('100');
    await field('safety_orders').fill('12');
    await field('take_profit_pct').fill('0.3');

    const { stdout } = await engine.cli('ladder', 'NEAR/USDT', '--price', '100', '--json');
    const inForce = JSON.parse(stdout) as LadderViewJson;
    // Three averaging buys of the configuration need 10 + 20 + 40 + 80; twelve need 10 x (2^13 - 1).
    expect(inForce.total_quote).toBe('150');
    await tile(page, 'Quote needed for all rows').getByText('81,910').waitFor();
    await tile(page, 'Fall that it covers').getByText('43.80 %').waitFor();
    const evens = await tile(page, 'Rows that earn nothing').locator('dd').first().textContent();
    const marked = await page.getByTestId('ladder').locator('.row-even th').allTextContents();
    expect(marked.length).toBeGreaterThan(0);
    expect(evens).toBe(marked.join(', '));
    // What the column shows is where the engine sells, break-even after fees for these rows, and not their own target.
    const [first] = marked.map(Number);
    const line = page
      .getByTestId('ladder')
      .locator('tbody tr')
      .nth(first ?? 0);
    const [breakEven, sale] = [
      await line.locator('td').nth(4).textContent(),
      await line.locator('td.sells').textContent(),
    ];
    expect(Number(sale) - Number(breakEven)).toBeGreaterThanOrEqual(0);
    expect(Number(sale) - Number(breakEven)).toBeLessThan(0.011);

    await page.getByRole('button', { name: 'Back to what is in force' }).click();
    await tile(page, 'Quote needed for all rows').getByText('150.00').waitFor();
    expect((await engine.pair('NEAR/USDT')).last_step).toBe(3);
  });

  test.each(['light', 'dark'] as const)('is readable in %s', async (colorScheme) => {
    const { engine } = at;
    const { page, complaints } = await browser.open(engine, { context: { colorScheme } });
    await row(page, 'NEAR/USDT').waitFor();

    // The ratio that WCAG 2.1 asks of normal text (AA).
    for (const ratio of (await page.evaluate(CONTRAST)) as readonly number[])
      expect(ratio).toBeGreaterThanOrEqual(4.5);
    const ground = (await page.evaluate(
      `getComputedStyle(document.querySelector('.card')).backgroundColor`,
    )) as string;
    const brightness = Number(/\d+/.exec(ground)?.[0]);
    expect(colorScheme === 'light' ? brightness > 200 : brightness < 60).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('last of all, a token that has expired under an open page: one question for another, and the new one opens it', async () => {
    const { world, engine } = at;
    const { page } = await browser.open(engine);
    await row(page, 'NEAR/USDT').waitFor();
    const listen = new URL(urlOf(engine)).host;
    expect(await engine.stop()).toBe(0);
    rmSync(join(engine.dataDir, 'control.token'));

    const again = await startEngine(world, { ...START, env: { MTRADE__CONTROL__LISTEN: listen } });
    await page.getByTestId('refusal').waitFor();
    let calls = 0;
    page.on('request', () => (calls += 1));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(calls).toBe(0);

    const { page: fresh } = await browser.open(again);
    await row(fresh, 'NEAR/USDT').waitFor();
    await again.stop();
  });
});
