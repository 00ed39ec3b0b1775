// `npm run screenshots`: the pictures of docs/images, taken of a paper engine with simulated prices. Nothing in them is
// drawn by hand, so they show what is there. The engine trades for some minutes first, or there would be little to see.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const images = join(root, 'docs/images');
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '8' } } });

const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
);
if (executablePath === undefined) {
  console.error('no Chromium found: apt-get install chromium, or name one in CHROMIUM');
  process.exit(1);
}

const WIDE = { viewport: { width: 1_280, height: 820 }, colorScheme: 'light' };
const PHONE = { viewport: { width: 390, height: 844 }, colorScheme: 'dark', isMobile: true, hasTouch: true };
/** File, window, address (null: the pair that shows most), and what must stand there before the picture is taken. */
const PICTURES = [
  { name: 'overview', view: WIDE, hash: '#/', text: 'Earned today' },
  {
    name: 'pair',
    view: { ...WIDE, viewport: { width: 1_280, height: 1_060 } },
    hash: null,
    text: 'Ledger of this cycle',
  },
  { name: 'engine', view: WIDE, hash: '#/engine', text: 'cycler_iterations' },
  { name: 'profit', view: WIDE, hash: '#/profit', text: 'By pair' },
  { name: 'overview-phone', view: PHONE, hash: '#/', text: 'Earned today' },
  { name: 'pair-phone', view: PHONE, hash: null, text: 'Ledger of this cycle' },
];

const home = mkdtempSync(join(tmpdir(), 'mtrade-pictures-'));
const dataDir = join(home, 'share', 'mtrade');
const engine = spawn(
  process.execPath,
  [join(root, 'apps/mtrade/dist/main.js'), 'start', '--log-level', 'error'],
  {
    cwd: home,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      XDG_DATA_HOME: join(home, 'share'),
      MTRADE__CONTROL__LISTEN: '127.0.0.1:0',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  },
);
const ended = new Promise((resolve) => {
  engine.once('exit', resolve);
});

/** The pair that shows most: the one that has averaged deepest. */
async function deepestPair(url, token) {
  const answer = await fetch(`${url}/v1/status`, { headers: { authorization: `Bearer ${token}` } });
  const { pairs } = await answer.json();
  const [deepest] = pairs
    .filter((pair) => pair.cycle_start_state === 2)
    .sort((a, b) => Math.min(b.step, 3) - Math.min(a.step, 3) || b.cycle - a.cycle);
  return (deepest ?? pairs[0]).symbol.replace('/', '-');
}

try {
  console.error(`trading on paper for ${values.minutes} min ...`);
  await sleep(Number(values.minutes) * 60_000);
  const { url } = JSON.parse(readFileSync(join(dataDir, 'control.json'), 'utf8'));
  const token = readFileSync(join(dataDir, 'control.token'), 'utf8').trim();
  const pair = `#/pairs/${await deepestPair(url, token)}`;
  mkdirSync(images, { recursive: true });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  for (const { name, view, hash, text } of PICTURES) {
    const context = await browser.newContext({ ...view, timezoneId: 'UTC', locale: 'en-GB' });
    const page = await context.newPage();
    await page.goto(`${url}/#token=${token}`);
    await page.getByText('up to date').waitFor();
    await page.evaluate(`location.hash = ${JSON.stringify(hash ?? pair)}`);
    await page.getByText(text).first().waitFor();
    if (hash === null) await page.getByRole('button', { name: '1m', exact: true }).click();
    await sleep(2_500);
    const path = join(images, `${name}.png`);
    await page.screenshot({ path });
    console.error(`docs/images/${name}.png  ${Math.round(statSync(path).size / 1_024)} KB`);
    await context.close();
  }
  await browser.close();
} finally {
  engine.kill('SIGTERM');
  await ended;
  rmSync(home, { recursive: true, force: true });
}
