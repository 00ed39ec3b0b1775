import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { CHROMIUM, NEEDS_BROWSER, urlOf, useBrowser } from './support/browser.js';
import { eventually, startEngine } from './support/engine.js';
import { useWorld } from './support/fixture.js';

/** Markup, script addresses, escape codes and a mark that turns the direction of writing. */
const HOSTILE =
  '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>\u001b[31m\u202e"\'`javascript:alert(1)//';

const at = useWorld({ pairs: ['ONE/USDT', 'BAD/USDT'] });
const browser = useBrowser();

const go = async (page: Page, hash: string): Promise<void> => {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
};

const PAGES = ['#/', '#/pairs/ONE-USDT', '#/profit', '#/journal', '#/ladder', '#/engine'];

describe.skipIf(CHROMIUM === null)(`the web page${NEEDS_BROWSER}`, () => {
  test(
    'shows the engine as it is, survives its restart, says meanwhile how old what it shows is, and runs no word of ' +
      'the exchange (S17)',
    { timeout: 120_000 },
    async () => {
      const { world } = at;
      // A label that nobody knows proves nothing: the order is unknown, and the label is its reason.
      world.harmOrders('BAD/USDT', { kind: 'error', process: false, status: 400, label: HOSTILE });
      let engine = await startEngine(world, { pairs: ['ONE/USDT', 'BAD/USDT'] });
      world.price('ONE/USDT', '99.9', '100');
      world.price('BAD/USDT', '99.9', '100');
      await engine.untilPair('ONE/USDT', 'holds coins', ({ state }) => state === 'active');

      const { page, complaints, strangers } = await browser.open(engine);
      const row = page.getByRole('row').filter({ hasText: 'ONE/USDT' });
      await row.getByText('active', { exact: true }).waitFor();
      // The token is out of the address at once, and a reload does not ask for it again.
      expect(page.url()).not.toContain('token');
      await page.reload();
      await row.getByText('active', { exact: true }).waitFor();

      // Which numbers: the engine's own.
      const pair = await engine.pair('ONE/USDT');
      expect(await row.locator('.c-sell').getAttribute('title')).toBe(pair.sell_price);
      world.price('ONE/USDT', '100.2', '100.3');
      await row.locator('.c-price', { hasText: '100.2' }).waitFor();

      await eventually('the exchange has refused with its hostile words', () =>
        engine.books((books) =>
          JSON.stringify(books.history.journal({ symbol: 'BAD/USDT' }).rows).includes('onerror'),
        ),
      );
      for (const hash of [...PAGES, '#/pairs/BAD-USDT']) {
        await go(page, hash);
        expect(await page.getByTestId('mode').first().textContent()).toBe('LIVE: real money');
        await sleep(150);
      }
      await page.getByText('onerror=').first().waitFor();
      expect(await page.evaluate('window.hacked')).toBeUndefined();
      expect(await page.evaluate(`document.body.innerText.includes('\u202e')`)).toBe(false);
      expect({ complaints, strangers }).toEqual({ complaints: [], strangers: [] });

      // The port must come again: the page knows only its own address.
      const listen = new URL(urlOf(engine)).host;
      await go(page, '#/');
      await engine.kill();
      const lost = page.getByTestId('lost');
      await lost.waitFor();
      expect(await lost.textContent()).toMatch(/What you see is .* old/);
      expect(await page.locator('main').getAttribute('class')).toBe('old');
      engine = await startEngine(world, {
        pairs: ['ONE/USDT', 'BAD/USDT'],
        env: { MTRADE__CONTROL__LISTEN: listen },
      });
      await lost.waitFor({ state: 'hidden' });
      world.price('ONE/USDT', '100.1', '100.2');
      await row.locator('.c-price', { hasText: '100.1' }).waitFor();
      expect(await page.getByTestId('freshness').textContent()).toBe('up to date');

      // A token that is not (or no longer) the engine's: one try, then the question for another.
      const wrong = await browser.open(engine, { token: 'A'.repeat(43) });
      await wrong.page.getByTestId('refusal').waitFor();
      let calls = 0;
      wrong.page.on('request', () => (calls += 1));
      await sleep(1_500);
      expect(calls).toBe(0);
      await engine.stop();
    },
  );
});
