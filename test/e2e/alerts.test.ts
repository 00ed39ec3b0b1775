import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually, run, startEngine, writeConfig } from './support/engine.js';
import { createWorld, type World } from './support/world.js';

const SYMBOL = 'ETH/USDT';
const SECRET = 'webhook-canary-secret';
const TOKEN = '4242:telegram-canary-token';

let world: World;
let server: Server;
let hangs = false;
let received: { path: string; body: string; proven: boolean }[] = [];
beforeEach(async () => {
  world = await createWorld();
  world.price(SYMBOL, '99.9', '100');
  received = [];
  hangs = false;
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const header = (name: string): string => String(request.headers[`x-mtrade-${name}`]);
      const text = `${header('timestamp')}.${header('nonce')}.${body}`;
      const proven = header('signature') === `v1=${createHmac('sha256', SECRET).update(text).digest('hex')}`;
      received.push({ path: request.url ?? '', body, proven });
      if (!hangs) response.end('{"ok":true}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await world.close();
  server.closeAllConnections();
  server.close();
});

const base = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const env = (): Record<string, string> => ({
  MTRADE__ALERTS__WEBHOOK_URL: `${base()}/hook`,
  MTRADE_ALERT_WEBHOOK_SECRET: SECRET,
});
const hooks = (): { status: string; condition: string; symbol: string | null }[] =>
  received.filter(({ path }) => path === '/hook').map(({ body }) => JSON.parse(body) as never);

test('coins that are missing are told once, over a restart, and so is their return', async () => {
  const engine = await startEngine(world, { env: env() });
  const { base_volume: held } = await engine.untilPair(SYMBOL, 'holds', ({ state }) => state === 'active');
  world.transfer('ETH', `-${held}`);
  await eventually('the alert', () => hooks().some(({ condition }) => condition === 'pair.attention'));
  await engine.stop();

  const silent = await startEngine(world, { env: env() });
  await silent.untilPair(SYMBOL, 'still waits', ({ attention }) => attention !== null);
  await silent.decided(SYMBOL, '99.9', '100');
  await silent.stop();
  world.transfer('ETH', held);

  const again = await startEngine(world, { env: env() });
  await again.cli('resume', SYMBOL);
  await eventually('the end', () => hooks().some(({ status }) => status === 'resolved'));
  const status = await again.status();
  expect(status.alerts?.standing).toEqual([]);
  expect(status.alerts?.channels[0]).toMatchObject({ channel: 'webhook', failed: 0, dropped: 0 });
  await again.stop();

  const mine = hooks().filter(({ condition }) => condition === 'pair.attention');
  expect(mine.map((one) => [one.status, one.symbol])).toEqual([
    ['raised', SYMBOL],
    ['resolved', SYMBOL],
  ]);
  expect(received.every(({ proven }) => proven)).toBe(true);
  const said = engine.stdout() + engine.stderr() + again.stdout() + again.stderr();
  expect(said).toContain('alert delivered');
  expect(said + JSON.stringify(status)).not.toContain(SECRET);
});

test('a receiver that hangs delays neither status nor commands nor orders', async () => {
  hangs = true;
  const engine = await startEngine(world, { env: env(), pairs: [{ symbol: SYMBOL, trade: false }] });
  await engine.cli('permit', SYMBOL, 'on');
  const { base_volume: held } = await engine.untilPair(SYMBOL, 'holds', ({ state }) => state === 'active');
  world.transfer('ETH', `-${held}`);
  await eventually('the receiver holds an alert', () => hooks().length === 1);
  world.transfer('ETH', held);

  const paused = await engine.post('/api/autotrader/pause_cycle', { symbol: SYMBOL });
  const resumed = await engine.post('/api/autotrader/resume_cycle', { symbol: SYMBOL });
  expect([paused.status, resumed.status]).toEqual([200, 200]);
  world.price(SYMBOL, '101', '101.1');
  await engine.untilPair(SYMBOL, 'sells all the same', ({ realized_profit: profit }) => profit !== '0');
  expect(await engine.stop()).toBe(0);
});

test('an engine that cannot start says so once, and that it is over when it does', async () => {
  const first = await startEngine(world, { env: env() });
  await first.stop();
  const harm = world.harm('/api/v4/spot/currency_pairs', { kind: 'html', process: false, status: 502 });
  for (let n = 0; n < 2; n += 1) expect((await first.cli('start')).code).toBe(69);
  harm.end();
  const second = await startEngine(world, { env: env() });
  await eventually('the end', () => hooks().some(({ status }) => status === 'resolved'));
  await second.stop();
  expect(hooks().map(({ status, condition }) => [status, condition])).toEqual([
    ['raised', 'engine.fatal'],
    ['resolved', 'engine.fatal'],
  ]);
});

test('mtrade alert test tries every channel, tells of each, and shows no secret', async () => {
  const path = writeConfig(world);
  const out = join(world.directory, 'said.json');
  const program = join(world.directory, 'page-me');
  writeFileSync(program, `#!/bin/sh\ncat > "${out}"\n`);
  chmodSync(program, 0o700);
  const tokenFile = join(world.directory, 'token');
  writeFileSync(tokenFile, TOKEN, { mode: 0o600 });
  appendFileSync(
    path,
    `\n[alerts]\nwebhook_url = "${base()}/hook"\ntelegram_chat_id = "-1001"\ntelegram_url = "${base()}"\ncommand = ["${program}"]\n`,
  );
  const surroundings = {
    cwd: world.directory,
    processes: world.processes,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: world.directory,
      MTRADE_ALERT_WEBHOOK_SECRET: SECRET,
      MTRADE_ALERT_TELEGRAM_TOKEN_FILE: tokenFile,
    },
  };
  const good = await run(['alert', 'test', '--config', path], surroundings);
  expect(good.stdout.match(/delivered/g)).toHaveLength(3);
  expect(good.code).toBe(0);
  expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ status: 'test' });
  expect(received.map(({ path: where }) => where).toSorted()).toEqual([`/bot${TOKEN}/sendMessage`, '/hook']);

  writeFileSync(program, '#!/bin/sh\nexit 3\n');
  const bad = await run(['alert', 'test', '--json', '--config', path], surroundings);
  expect(bad.code).toBe(1);
  const { channels } = JSON.parse(bad.stdout) as { channels: { channel: string; error: string | null }[] };
  expect(channels.map(({ channel, error }) => [channel, error === null])).toEqual([
    ['webhook', true],
    ['telegram', true],
    ['command', false],
  ]);
  expect(good.stdout + good.stderr + bad.stdout + bad.stderr).not.toMatch(/canary/);
  expect(existsSync(join(world.directory, 'data'))).toBe(false);

  const without = await run(['alert', 'test', '--config', path], {
    ...surroundings,
    env: { ...surroundings.env, MTRADE_ALERT_WEBHOOK_SECRET: '' },
  });
  expect(without.code).toBe(78);
});
