import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningEngine } from '@mtrade/runtime';
import { expect, onTestFinished, test } from 'vitest';
import { type Cli, createOutput } from '../src/cli.js';
import { PassThrough } from 'node:stream';
import { runSummary } from '../src/render/summary.js';
import { loadWebPage } from '../src/web-page.js';
import { statusSample } from './status-sample.js';

const TOKEN = 'T'.repeat(43);

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'mtrade-summary-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** What a start writes to its output once the engine runs. */
async function written({
  isTty,
  screen,
  columns = 80,
}: {
  isTty: boolean;
  screen: boolean;
  columns?: number;
}): Promise<string> {
  const dataDir = directory();
  writeFileSync(join(dataDir, 'control.token'), `${TOKEN}\n`);
  let text = '';
  const stream = Object.assign(new PassThrough(), { isTTY: isTty, columns, rows: 40 });
  stream.on('data', (piece: Buffer) => (text += piece.toString()));
  const out = createOutput(stream, { NO_COLOR: '1' });
  const cli = { version: '0.1.0', out } as unknown as Cli;
  const engine = {
    url: 'http://127.0.0.1:5000',
    config: { dataDir },
    status: () => Promise.resolve(statusSample()),
  } as unknown as RunningEngine;
  const summary = runSummary(cli, { screen, logTarget: 2 }, () => Promise.resolve(null));
  summary.onStarted(engine);
  await expect.poll(() => text).toContain('realized profit');
  await summary.close();
  return text;
}

test.each([
  ['on its screen', { isTty: true, screen: true }],
  ['in plain lines', { isTty: true, screen: false }],
])('a terminal gets the whole address of the page, in a line that fits: %s', async (_, how) => {
  const text = await written(how);
  const line = text.split('\n').find((one) => one.includes('#token='));
  expect(line).toContain(`page http://127.0.0.1:5000/#token=${TOKEN}`);
});

test.each([40, 60])(
  'a screen of %i columns shows the whole address, in lines of its own',
  async (columns) => {
    const text = await written({ isTty: true, screen: true, columns });
    // oxlint-disable-next-line no-control-regex
    const lines = text.split(/\u001b\[[0-9;?]*[A-Za-z]/).filter((piece) => piece !== '');
    const from = lines.indexOf('page');
    const until = lines.findIndex((line) => line.startsWith('Ctrl-C'));
    expect(lines.slice(from + 1, until).join('')).toBe(`http://127.0.0.1:5000/#token=${TOKEN}`);
    expect(lines.slice(from, until).every((line) => line.length <= columns)).toBe(true);
  },
);

test('a pipe, a log or the journal never gets the token', async () => {
  const text = await written({ isTty: false, screen: false });
  expect(text).toContain('control API at');
  expect(text).not.toContain(TOKEN);
});

test('S09: only files of a page are taken from the directory, whatever else lies there', () => {
  const built = directory();
  expect(loadWebPage(built)).toBeUndefined();
  for (const name of ['index.html', 'icon.svg', 'notes.txt', '.env', 'page.js.map'])
    writeFileSync(join(built, name), name);
  expect(loadWebPage(built)).toBeUndefined();
  expect([...(loadWebPage() ?? new Map()).keys()]).toEqual(
    expect.arrayContaining(['/', '/icon.svg', expect.stringMatching(/^\/assets\/index-.*\.js$/)]),
  );
});
