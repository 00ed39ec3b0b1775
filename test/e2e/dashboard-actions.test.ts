import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { CHROMIUM, NEEDS_BROWSER, tokenOf, urlOf, useBrowser } from './support/browser.js';
import { useEngine } from './support/fixture.js';

const PAIRS = ['ONE/USDT', 'TWO/USDT', 'TRI/USDT', 'FOU/USDT'];
const at = useEngine({ pairs: PAIRS });
const browser = useBrowser();

/** Clicks an action and says yes in the dialog. */
async function doIt(page: Page, action: string): Promise<void> {
  await page.getByTestId('actions').getByRole('button', { name: action, exact: true }).click();
  await page.getByRole('dialog').getByTestId('confirm').click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

async function openPair(symbol: string) {
  const watched = await browser.open(at.engine);
  await watched.page.goto(watched.page.url().replace(/#.*/, `#/pairs/${symbol.replace('/', '-')}`));
  await watched.page.getByRole('heading', { name: symbol }).waitFor();
  return watched;
}

describe.skipIf(CHROMIUM === null)(`the web page commands the engine${NEEDS_BROWSER}`, () => {
  test('pause and resume, each after a yes, change the pair in the engine', async () => {
    const { world, engine } = at;
    world.price('ONE/USDT', '99.9', '100');
    await engine.untilPair('ONE/USDT', 'holds coins', ({ state }) => state === 'active');
    const { page, complaints } = await openPair('ONE/USDT');

    await doIt(page, 'Pause');
    expect((await engine.pair('ONE/USDT')).paused).toBe(true);
    await doIt(page, 'Resume');
    expect((await engine.pair('ONE/USDT')).paused).toBe(false);
    expect(complaints).toEqual([]);
  });

  test('nothing is sent when the operator says no: by Cancel, by Escape', async () => {
    const { engine } = at;
    const { page } = await openPair('TWO/USDT');
    const before = await engine.pair('TWO/USDT');

    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    // The focus is on Cancel, so that a slip of Enter says no.
    await page.locator('dialog[open] button:focus', { hasText: 'Cancel' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    await page.locator('dialog[open]').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });

    const { paused, cycle } = await engine.pair('TWO/USDT');
    expect({ paused, cycle }).toEqual({ paused: before.paused, cycle: before.cycle });
  });

  test('permission is taken and given, and the page shows it', async () => {
    const { engine } = at;
    const { page } = await openPair('TWO/USDT');

    await doIt(page, 'Forbid');
    expect((await engine.pair('TWO/USDT')).trade).toBe(false);
    await page.getByText('not permitted', { exact: true }).waitFor();
    await doIt(page, 'Permit');
    expect((await engine.pair('TWO/USDT')).trade).toBe(true);
  });

  test('sell now sells the whole position at the exchange', async () => {
    const { world, engine } = at;
    world.price('TRI/USDT', '99.9', '100');
    await engine.untilPair('TRI/USDT', 'holds coins', ({ state }) => state === 'active');
    await engine.post('/v1/pairs/TRI-USDT/pause');
    const { page } = await openPair('TRI/USDT');

    await doIt(page, 'Sell now');
    await engine.untilPair('TRI/USDT', 'has sold', ({ cycle_start_state }) => cycle_start_state === 0);
    expect(world.trades('TRI/USDT').map(({ side }) => side)).toEqual(['buy', 'sell']);
    // The page follows by itself: the sale stands among the past cycles, with what it cost.
    await page.getByTestId('past-cycles').getByText('#1').waitFor();
    await page.getByTestId('past-cycles').getByText('sold by hand').waitFor();
  });

  test('reset forgets the cycle and pauses; the coins stay on the account', async () => {
    const { world, engine } = at;
    world.price('FOU/USDT', '99.9', '100');
    await engine.untilPair('FOU/USDT', 'holds coins', ({ state }) => state === 'active');
    const coins = world.balance('FOU');
    const { page } = await openPair('FOU/USDT');

    await doIt(page, 'Reset');
    const { state, paused } = await engine.pair('FOU/USDT');
    expect({ state, paused }).toEqual({ state: 'idle', paused: true });
    expect(world.balance('FOU')).toBe(coins);
    // What left the books is named, beside the cycle and in the profit of the day.
    await page.getByTestId('past-cycles').getByText('0.0999 FOU left the books, cost 10.00 USDT').waitFor();
    await page.getByRole('link', { name: 'Profit', exact: true }).first().click();
    const row = page.getByTestId('profit-pair').getByRole('row', { name: /^FOU\/USDT/ });
    await row.getByText('reset', { exact: true }).waitFor();
    await row.getByTitle(/10 left the books with a reset: 0\.0999 FOU/).waitFor();
  });

  test('trading is switched off and on for the whole engine, and every page says that it is off', async () => {
    const { engine } = at;
    const { page } = await browser.open(engine);
    await page.getByRole('link', { name: 'Engine' }).click();
    await page.getByRole('button', { name: 'Switch trading off' }).click();
    await page.getByTestId('confirm').click();
    await engine.until('trading is off', ({ trading }) => !trading);
    await page.getByRole('link', { name: 'Profit' }).click();
    await page.getByText('Trading is switched off').waitFor();
    expect(await page.title()).toBe('LIVE · mtrade');

    await page.getByRole('link', { name: 'Engine', exact: true }).first().click();
    await page.getByRole('button', { name: 'Switch trading on' }).click();
    await page.getByTestId('confirm').click();
    await engine.until('trading is on', ({ trading }) => trading);
  });

  test('a refusal of the engine stands in the dialog in its own words', async () => {
    const { page } = await openPair('ONE/USDT');
    await page.route('**/v1/pairs/*/pause', (route) =>
      route.fulfill({
        status: 409,
        contentType: 'application/problem+json',
        body: JSON.stringify({ detail: 'an order is on its way <b>now</b>' }),
      }),
    );
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByTestId('confirm').click();
    const refusal = page.getByRole('dialog').getByRole('alert');
    await refusal.waitFor();
    expect(await refusal.textContent()).toBe('an order is on its way <b>now</b>');
  });

  test('S02: a token that may only look gets a page without a single button that commands', async () => {
    const { engine } = at;
    const { page } = await browser.open(engine, { token: tokenOf(engine, 'read') });
    await page.getByText('read only').waitFor();
    await page.goto(page.url().replace(/#.*/, '#/pairs/ONE-USDT'));
    await page.getByRole('heading', { name: 'ONE/USDT' }).waitFor();
    expect(await page.getByTestId('actions').count()).toBe(0);
    await page.goto(page.url().replace(/#.*/, '#/engine'));
    await page.getByTestId('counters').waitFor();
    expect(await page.getByRole('button', { name: /Switch trading|Stop the engine/ }).count()).toBe(0);
  });

  test('mtrade dashboard prints the address that opens the page; a start without a terminal keeps the token to itself', async () => {
    const { engine } = at;
    const { code, stdout } = await engine.cli('dashboard', '--print');
    const readOnly = await engine.cli('dashboard', '--print', '--read-only');

    expect({ code, address: stdout.trim() }).toEqual({
      code: 0,
      address: `${urlOf(engine)}/#token=${tokenOf(engine)}`,
    });
    expect(readOnly.stdout.trim()).toBe(`${urlOf(engine)}/#token=${tokenOf(engine, 'read')}`);
    expect(engine.stdout() + engine.stderr()).not.toContain(tokenOf(engine));
    expect(engine.stdout()).toContain('control API at');
  });

  test('last of all, the engine is stopped from the page, gracefully', async () => {
    const { engine } = at;
    const { page } = await browser.open(engine);
    await page.getByRole('link', { name: 'Engine' }).click();
    await page.getByRole('button', { name: 'Stop the engine' }).click();
    await page.getByTestId('confirm').click();
    expect(await engine.ended).toBe(0);
    await page.getByTestId('lost').waitFor();
  });
});
