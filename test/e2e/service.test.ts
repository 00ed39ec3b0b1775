import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  CLI,
  cleanEnvironment,
  type EngineOptions,
  type EngineProcess,
  eventually,
  run,
  spawnEngine,
  startEngine,
} from './support/engine.js';
import {
  missingForNotify,
  type Notice,
  type NotifySocket,
  openNotifySocket,
} from './support/notify-socket.js';
import { createWorld, type World } from './support/world.js';

const missing = missingForNotify();
const PRELOAD = pathToFileURL(fileURLToPath(new URL('../crash/preload/main.mjs', import.meta.url))).href;
const WATCHDOG_MS = 3_000;
/** Ten seconds without a heartbeat have to pass, and a new cycler has to start, on a machine that may be busy. */
const REPLACED_MS = 120_000;

let world: World;
let socket: NotifySocket;
beforeEach(async () => {
  world = await createWorld();
  world.price('ETH/USDT', '99.9', '100');
});
afterEach(() => world.close());

const asService = (options: EngineOptions = {}): Promise<EngineProcess> =>
  startEngine(world, {
    ...options,
    env: { NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: String(WATCHDOG_MS * 1_000), ...options.env },
  });
const having = (name: string): readonly Notice[] => socket.notices.filter(({ state }) => name in state);
const isReady = (): boolean => having('READY').length > 0;

const armed = (harm: object): Record<string, string> => ({
  NODE_OPTIONS: `--import ${PRELOAD}`,
  MTRADE_CRASH: JSON.stringify({ ...harm, note: join(world.directory, 'note') }),
});

describe.skipIf(missing !== null)(
  `as a service, over a real notify socket${missing ? ` (no ${missing})` : ''}`,
  () => {
    beforeEach(async () => {
      socket = await openNotifySocket(world.directory, world.processes);
    });

    test('READY=1 once it can trade, signs of life often enough, STOPPING=1 and exit 0', async () => {
      const accounts = world.harm('/api/v4/spot/accounts', { kind: 'error', process: false, status: 500 });
      const engine = await asService();
      // Prices flow, the account cannot be read: the engine could not trade.
      await eventually('the start is prolonged', () => having('EXTEND_TIMEOUT_USEC').length > 1);
      expect(isReady()).toBe(false);
      expect(having('WATCHDOG')).toEqual([]);
      expect((await engine.get('/readyz')).status).toBe(503);
      expect(having('STATUS').at(-1)?.state['STATUS']).toMatch(/^not ready yet; LIVE: 1 pair/);

      accounts.end();
      await eventually('ready', isReady);
      await eventually('signs of life', () => having('WATCHDOG').length >= 3);
      const times = having('WATCHDOG').map(({ at }) => at);
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      // A third of the time, with the rest of it for a machine that is busy.
      expect(Math.min(...gaps)).toBeLessThan(WATCHDOG_MS / 2);
      expect(having('STATUS').at(-1)?.state['STATUS']).toMatch(/^LIVE: 1 pair, 1 with a position$/);
      expect(having('READY')).toHaveLength(1);

      expect(await engine.stop()).toBe(0);
      expect(having('STOPPING')).toHaveLength(1);
      expect(having('STOPPING')[0]?.state['STATUS']).toMatch(/^stopping: .*SIGTERM/);
      expect(socket.notices.at(-1)?.state).toHaveProperty('STOPPING');
    });

    test(
      'P20: no sign of life while the cycler hangs, and again once its successor works',
      async () => {
        const engine = await asService({ env: armed({ point: 'fill.buy.committed', nth: 2, act: 'spin' }) });
        await engine.untilPair('ETH/USDT', 'is active', ({ state }) => state === 'active');
        await eventually('signs of life', () => having('WATCHDOG').length >= 2);

        world.price('ETH/USDT', '96', '96.1');
        const silent = (): Notice | undefined =>
          having('STATUS').find(({ state }) =>
            (state['STATUS'] ?? '').startsWith('cycler without a heartbeat'),
          );
        await eventually('the hanging cycler is told of', () => silent() !== undefined);
        await engine.until('the cycler is replaced', ({ workers }) => workers.cycler.restarts === 1);
        const signs = having('WATCHDOG').length;
        await eventually('signs of life again', () => having('WATCHDOG').length > signs + 1);

        // It is killed after ten seconds without a heartbeat; until then systemd hears nothing.
        const times = having('WATCHDOG').map(({ at }) => at);
        const pauses = times.map((time, index) => time - (times[index - 1] ?? time));
        expect(Math.max(...pauses)).toBeGreaterThan(4_000);
      },
      REPLACED_MS,
    );

    test.each([
      ['is missing', null],
      ['hangs', '#!/bin/sh\nexec sleep 1000\n'],
      ['fails', '#!/bin/sh\nexit 1\n'],
    ])(
      'a systemd-notify that %s disturbs nothing: it trades, says so once, and stops in order',
      async (_, script) => {
        const bin = join(world.directory, 'bin');
        mkdirSync(bin);
        if (script !== null) {
          writeFileSync(join(bin, 'systemd-notify'), script);
          chmodSync(join(bin, 'systemd-notify'), 0o755);
        }
        const engine = await asService({
          env: { PATH: script === null ? bin : `${bin}:${process.env['PATH'] ?? ''}` },
        });
        await engine.untilPair('ETH/USDT', 'is active', ({ state }) => state === 'active');
        const warnings = (): number => engine.stderr().split('systemd cannot be told').length - 1;
        await eventually('the log says so', () => warnings() > 0);

        world.price('ETH/USDT', '96', '96.1');
        await engine.untilPair('ETH/USDT', 'has averaged', ({ step }) => step === 1);
        expect(await engine.stop()).toBe(0);
        expect(warnings()).toBe(1);
        expect(socket.notices).toEqual([]);
      },
    );
  },
);

test('without a notify socket nothing is started and nothing said', async () => {
  const bin = join(world.directory, 'bin');
  const note = join(world.directory, 'started');
  mkdirSync(bin);
  writeFileSync(join(bin, 'systemd-notify'), `#!/bin/sh\n: > '${note}'\n`);
  chmodSync(join(bin, 'systemd-notify'), 0o755);
  const engine = await startEngine(world, { env: { PATH: `${bin}:${process.env['PATH'] ?? ''}` } });
  await engine.untilPair('ETH/USDT', 'is active', ({ state }) => state === 'active');
  expect(await engine.stop()).toBe(0);
  expect(existsSync(note)).toBe(false);
  expect(engine.stderr()).not.toContain('systemd');
});

test('S10: the unit starts an engine as it stands, with its environment (no __proto__) and its directories', async () => {
  const directory = join(world.directory, 'state');
  const config = join(world.directory, 'service.toml');
  mkdirSync(directory);
  writeFileSync(config, '[control]\nlisten = "127.0.0.1:0"\n');
  const surroundings = {
    cwd: world.directory,
    env: cleanEnvironment(world.directory),
    processes: world.processes,
  };
  const { stdout: unit } = await run(['systemd', '--config', config], surroundings);
  const [node, script, ...args] = (/^ExecStart=(.*)$/m.exec(unit)?.[1] ?? '').split(' ');
  const env = Object.fromEntries(
    [...unit.matchAll(/^Environment=(.*)$/gm)]
      .flatMap(([, words = '']) => words.replaceAll('%t', world.directory).split(' '))
      .map((word): [string, string] => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );

  expect([node, script]).toEqual([process.execPath, CLI]);
  expect(env).toMatchObject({ NODE_OPTIONS: '--disable-proto=delete' });
  const engine = await spawnEngine(args, {
    ...surroundings,
    env: { ...surroundings.env, ...env, STATE_DIRECTORY: directory },
    dataDir: directory,
    configPath: config,
  });
  await engine.until('trades', ({ pairs }) => pairs.some(({ state }) => state === 'active'));
  expect(await engine.stop()).toBe(0);
});

test('S11: hundreds of slow, huge and broken requests do not keep it from trading or its operator out', async () => {
  const engine = await startEngine(world);
  await engine.untilPair('ETH/USDT', 'is active', ({ state }) => state === 'active');
  const { port } = new URL(
    (JSON.parse(readFileSync(join(engine.dataDir, 'control.json'), 'utf8')) as { url: string }).url,
  );
  const clients = Array.from({ length: 300 }, (_, index) => {
    const client = connect(Number(port), '127.0.0.1');
    client.on('error', () => undefined);
    const head = `${index % 3 === 0 ? 'GET /v1/events' : 'POST /v1/trading'} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`;
    const rest = [
      'X-Slow: ',
      `Content-Length: 1000000000\r\n\r\n${'x'.repeat(65_536)}`,
      `${'X-Many: 1\r\n'.repeat(3_000)}\r\n`,
      `Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n${'['.repeat(60_000)}`,
    ];
    const timer = setInterval(() => client.write('x'), 50);
    client.on('close', () => clearInterval(timer));
    client.write(`${head}${rest[index % 4] ?? ''}`);
    return client;
  });

  world.price('ETH/USDT', '96', '96.1');
  await engine.untilPair('ETH/USDT', 'has averaged', ({ step }) => step === 1);
  const { ms } = await engine.post('/api/autotrader/pause_cycle', { symbol: 'ETH/USDT' });
  const { workers, stats } = await engine.status();
  for (const client of clients) client.destroy();

  expect(ms).toBeLessThan(2_000);
  expect([workers.cycler.restarts, workers.reactor.restarts, stats.errors]).toEqual([0, 0, 0]);
  expect((await engine.pair('ETH/USDT')).paused).toBe(true);
  expect(await engine.stop()).toBe(0);
});
