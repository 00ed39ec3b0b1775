import { createServer, request, type Server } from 'node:http';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Artefacts, formsOf } from './support/canaries.js';
import { type EngineProcess, eventually, runStart, startEngine } from './support/engine.js';
import { createWorld, type World } from './support/world.js';

const THROWER = pathToFileURL(fileURLToPath(new URL('support/throw-canaries.mjs', import.meta.url))).href;

/** With everything in them that one encoding or another writes differently, behind a part that none does. */
const SECRETS = {
  'api key': 'canKeyAbCdEf+7f/=~%q&41',
  'api secret': 'canSecretAbCd+9"\\/=<>~%s&58',
  'telegram token': '733101:canTelegram-Aa_Bb',
  'webhook secret': 'canWebhookAb+3?/=%w&77',
} as const;
type Name = keyof typeof SECRETS;

/** All forms of one secret in a text, as an exchange, a proxy or a library might echo it; whole ones, as far as there is room. */
const echoOf = (name: Name, room = Infinity): string => {
  let text = '';
  for (const form of new Set(formsOf(SECRETS[name]).values()))
    if (text.length + form.length + 1 <= room) text += ` ${form}`;
  return text;
};

let world: World;
let receiver: Server;
let receiverUrl: string;
const artefacts = new Artefacts();
const tokens: Record<string, string> = {};

/** Secrets come from files: what stands in the environment of a process is shown by the system to its user. */
function secretFiles(): Record<string, string> {
  const directory = join(world.directory, 'secrets');
  mkdirSync(directory, { mode: 0o700 });
  const names: Record<Name, string> = {
    'api key': 'MTRADE_API_KEY',
    'api secret': 'MTRADE_API_SECRET',
    'telegram token': 'MTRADE_ALERT_TELEGRAM_TOKEN',
    'webhook secret': 'MTRADE_ALERT_WEBHOOK_SECRET',
  };
  const files = Object.entries(names).map(([name, variable]) => {
    const path = join(directory, variable);
    writeFileSync(path, `${SECRETS[name as Name]}\n`, { mode: 0o600 });
    return [`${variable}_FILE`, path] as const;
  });
  return { ...Object.fromEntries(files), MTRADE_API_KEY: '', MTRADE_API_SECRET: '' };
}

let environment: Record<string, string> = {};
beforeAll(async () => {
  world = await createWorld({ key: { key: SECRETS['api key'], secret: SECRETS['api secret'] } });
  mkdirSync(join(world.directory, 'logs'));
  world.price('ETH/USDT', '99.9', '100');
  // Refuses every alert and says what it has got, the token in the path with it.
  receiver = createServer((incoming, answer) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
    incoming.on('end', () => {
      artefacts.add('what the receivers of alerts got', body);
      answer.writeHead(401, { 'content-type': 'application/json' });
      answer.end(
        JSON.stringify({
          ok: false,
          description: `${incoming.url} ${echoOf('telegram token')} ${echoOf('webhook secret')}`,
        }),
      );
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  environment = {
    ...secretFiles(),
    MTRADE__ALERTS__WEBHOOK_URL: `${receiverUrl}/hook`,
    MTRADE__ALERTS__TELEGRAM_URL: receiverUrl,
    MTRADE__ALERTS__TELEGRAM_CHAT_ID: '-100',
    MTRADE__ALERTS__ATTEMPTS: '1',
    MTRADE__ALERTS__DISCONNECTED_AFTER_S: '1',
    MTRADE__BACKUP__FIRST_AFTER_S: '1',
    MTRADE__LOG__MAX_SIZE: '10kB',
  };
});
afterAll(async () => {
  receiver?.close();
  await world?.close();
});

/** One raw answer of the control server, headers and all; a stream is listened to for a moment. */
function call(
  engine: EngineProcess,
  method: string,
  path: string,
  token: string,
  body?: unknown,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        socketPath: join(engine.dataDir, 'control.sock'),
        method,
        path,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
      },
      (incoming) => {
        let text = JSON.stringify(incoming.headers);
        const timer = setTimeout(() => incoming.destroy(), 2_000);
        incoming.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
        incoming.on('close', () => {
          clearTimeout(timer);
          resolve(text);
        });
        incoming.on('error', () => undefined);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** The exchange, a proxy before it or its socket repeats the secrets in whatever it refuses. */
async function beEchoed(engine: EngineProcess): Promise<void> {
  const refusal = (name: Name) =>
    ({
      kind: 'error',
      process: false,
      status: 400,
      label: 'INVALID_PARAM_VALUE',
      message: echoOf(name, 200),
    }) as const;
  const accounts = world.harm('/api/v4/spot/accounts', { ...refusal('api key'), status: 403 }, { count: 2 });
  for (const name of ['api key', 'api secret'] as const) {
    const orders = world.harmOrders('ETH/USDT', refusal(name), { count: 1 });
    world.price('ETH/USDT', '96.1', '96.2');
    await eventually(`the order is refused with the ${name}`, () => orders.hits() === 1);
  }
  await eventually('the account is refused', () => accounts.hits() > 0);
  const { id } = world.server.faults.add({
    match: { transport: 'ws', event: 'update', count: 1 },
    fault: { kind: 'close-socket', code: 4_000, reason: `${SECRETS['api key']} ${SECRETS['api secret']}` },
  });
  await eventually('the socket is closed with them', () => world.server.faults.fired(id) > 0);
  await engine.until('connected again', ({ feed }) => feed.connected && feed.reconnects > 0);
  await engine.until('refused with a reason', ({ pairs }) => pairs[0]?.waiting_for !== undefined);
}

async function askEverything(engine: EngineProcess): Promise<number> {
  const { paths } = JSON.parse(
    await engine.get('/openapi.json').then(({ body }) => JSON.stringify(body)),
  ) as {
    paths: Record<string, object>;
  };
  const { cycles } = (await engine.get('/v1/cycles')).body as { cycles?: readonly { id: string | number }[] };
  const concrete = (path: string): string =>
    path
      .replace('{pair}', 'ETH-USDT')
      .replace('{id}', String(cycles?.[0]?.id ?? 1))
      .replaceAll(/\{\w+\}/g, 'ETH-USDT');
  const queries = { '/v1/ladder': '?pair=ETH-USDT&price=3000', '/v1/events': '?status=1' } as Record<
    string,
    string
  >;
  const views = [
    ...Object.entries(paths)
      .filter(([, methods]) => 'get' in methods)
      .map(([path]) => path),
    '/',
    '/metrics',
  ];
  for (const path of new Set(views))
    for (const [name, token] of Object.entries(tokens))
      artefacts.add(
        `GET ${path} (${name})`,
        await call(engine, 'GET', `${concrete(path)}${queries[path] ?? ''}`, token),
      );
  return views.length;
}

/** Requests that carry a secret where it does not belong: a refusal must not say it again. */
async function sendSecretsThere(engine: EngineProcess): Promise<void> {
  const control = tokens['control token'] ?? '';
  for (const secret of [...Object.values(SECRETS), ...Object.values(tokens)]) {
    const path = encodeURIComponent(secret);
    const answers = [
      await call(engine, 'POST', '/api/autotrader/pause_cycle', control, { symbol: secret }),
      await call(engine, 'POST', '/v1/trading', control, { on: secret, [secret]: 1 }),
      await call(engine, 'GET', `/v1/pairs/${path}`, control),
      await call(engine, 'GET', `/v1/trades?pair=${path}&from=${path}`, control),
      await call(engine, 'GET', `/${path}`, control),
    ];
    for (const [index, answer] of answers.entries()) artefacts.add(`refusal ${index}`, answer);
  }
}

const COMMANDS: readonly (readonly string[])[] = [
  ['status'],
  ['status', '--json'],
  ['diagnose'],
  ['diagnose', '--json'],
  ['doctor'],
  ['config', 'show'],
  ['config', 'check'],
  ['trades', '--json'],
  ['cycles', '--json'],
  ['profit'],
  ['export', '--jsonl'],
  ['export', '--csv'],
  ['logs', '-n', '10000'],
  ['logs', '-n', '10000', '--json'],
  ['lock', '--check'],
  ['alert', 'test'],
  ['backup'],
  ['systemd', '--user'],
  ['cleanup'],
  ['ladder', 'ETH/USDT', '--price', '100'],
];

describe('S06: canaries in every form, searched for in everything that a whole run leaves and says', () => {
  test('a live run with errors that echo the secrets, every view, every command, alerts and backups', async () => {
    const engine = await startEngine(world, {
      args: ['--log-file', join(world.directory, 'logs', 'engine.log'), '--log-level', 'debug'],
      env: environment,
    });
    for (const [name, file] of [
      ['control token', 'control.token'],
      ['read token', 'read.token'],
    ] as const)
      tokens[name] = readFileSync(join(engine.dataDir, file), 'utf8').trim();
    await engine.untilPair('ETH/USDT', 'is active', ({ state }) => state === 'active');

    await beEchoed(engine);
    for (const args of COMMANDS) {
      const { stdout, stderr } = await engine.cli(...args);
      artefacts.add(`mtrade ${args.join(' ')}`, stdout + stderr);
    }
    await sendSecretsThere(engine);
    expect(await askEverything(engine)).toBeGreaterThan(15);
    artefacts.add('its command line', readFileSync(`/proc/${engine.pid}/cmdline`));
    artefacts.add('its environment', readFileSync(`/proc/${engine.pid}/environ`));
    expect(await engine.stop()).toBe(0);
    artefacts.add('stdout', engine.stdout());
    artefacts.add('stderr', engine.stderr());
  }, 180_000);

  test('a run that ends with errors nobody expected, in its workers and in its main thread, with the secrets in them', async () => {
    const canaries = join(world.directory, 'secrets', 'canaries');
    writeFileSync(canaries, (Object.keys(SECRETS) as Name[]).map(echoOf).join(' '));
    const { code, stdout, stderr } = await runStart(world, {
      env: {
        ...environment,
        NODE_OPTIONS: `--import ${THROWER}`,
        MTRADE_TEST_CANARIES: canaries,
        MTRADE_TEST_THROW_MS: '8000',
      },
    });

    expect(code).toBe(70);
    artefacts.add('stdout of the crash', stdout);
    artefacts.add('stderr of the crash', stderr);
    expect(stderr).toContain('nobody expected');
    expect(stderr).toContain('died and is started again');
  }, 120_000);

  test('no secret is in any of it; each token is in its own file and nowhere else', async () => {
    const everything = artefacts;
    everything.addFiles(join(world.directory, 'data'));
    everything.addFiles(join(world.directory, 'logs'));

    for (const name of [
      'file mtrade.db',
      'file engine.log.1',
      'file control.json',
      'file log.json',
      'GET /metrics (read token)',
      'mtrade doctor',
    ])
      expect(everything.names).toContain(name);
    expect(everything.names.filter((name) => name.startsWith('file backups'))).not.toEqual([]);
    expect(everything.bytes).toBeGreaterThan(200_000);
    const finds = everything.finds({ ...SECRETS, ...tokens });
    const own = finds.filter((find) => /^file (control|read)\.token: \1 token as /.test(find));
    // The search finds what is there to be found.
    expect(own.length).toBeGreaterThanOrEqual(2);
    expect(finds.filter((find) => !own.includes(find))).toEqual([]);
  });
});
