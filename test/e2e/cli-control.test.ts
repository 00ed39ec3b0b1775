import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { environment, MTRADE, mtrade, usePlace } from './cli-process.js';
import { onTerminal } from './terminal.js';

const place = usePlace();
const TOKEN = 'a'.repeat(43);

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly token: string;
  readonly body: string;
}

/** An engine's control socket with scripted answers: what the commands send, and what they make of the answer. */
let server: Server;
let seen: Seen[];
let answer: { status: number; body: unknown };

beforeEach(async () => {
  seen = [];
  answer = { status: 200, body: { schema: 1, ok: true } };
  mkdirSync(place.dataDir, { mode: 0o700 });
  writeFileSync(join(place.dataDir, 'control.token'), `${TOKEN}\n`, { mode: 0o600 });
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (text) => (body += String(text)));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      seen.push({ method, path: url, token: headers.authorization ?? '', body });
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(join(place.dataDir, 'control.sock'), resolve);
  });
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

const engineStatus = {
  schema: 1,
  running: true,
  pid: 7,
  version: '0.1.0',
  started_at: new Date().toISOString(),
  mode: 'live',
  exchange: 'gate',
  trading: true,
  data_dir: '/d',
  stats: { cycler_iterations: 1, errors: 0 },
  workers: { reactor: { alive: true, restarts: 0, heartbeat_age_ms: 3 } },
  latency_us: {
    tick_to_decision: { p50: 1, p99: 2, max: 3, count: 4 },
    tick_to_order: { p50: 1, p99: 2, max: 3, count: 4 },
  },
  pairs: [],
  profit: {},
  feed: { connected: true, reconnects: 0, malformed_frames: 0, reason: null },
};

describe('operator commands', () => {
  test.each([
    [['reset', 'ETHUSDT'], '/api/autotrader/reset_cycle', { symbol: 'ETH/USDT' }],
    [['resume', 'ETH_USDT'], '/api/autotrader/resume_cycle', { symbol: 'ETH/USDT' }],
    [['pause', 'ETH/USDT'], '/api/autotrader/pause_cycle', { symbol: 'ETH/USDT' }],
    [['sell', 'ETH/USDT'], '/api/autotrader/sell_now', { symbol: 'ETH/USDT' }],
    [['permit', 'ETH/USDT', 'on'], '/api/autotrader/permit', { symbol: 'ETH/USDT', on: true }],
    [['permit', 'ETH/USDT', 'off'], '/api/autotrader/permit', { symbol: 'ETH/USDT', on: false }],
    [['trading', 'on'], '/api/autotrade/start', {}],
    [['trading', 'off'], '/api/autotrade/stop', {}],
  ])('mtrade %j posts to %s with the token', async (args, path, body) => {
    const { code, stdout } = await mtrade(place, args);

    expect(code).toBe(0);
    expect(stdout).not.toBe('');
    expect(seen).toMatchObject([{ method: 'POST', path, token: `Bearer ${TOKEN}` }]);
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual(body);
  });

  const engine = { pid: 7, mode: 'live', data_dir: '/home/trader/live' };

  test.each([
    [['trading', 'off']],
    [['trading', 'on']],
    [['pause', 'ETH/USDT']],
    [['resume', 'ETH/USDT']],
    [['reset', 'ETH/USDT']],
    [['sell', 'ETH/USDT']],
    [['permit', 'ETH/USDT', 'off']],
  ])('mtrade %j says which engine has done it', async (args) => {
    answer = { status: 200, body: { schema: 1, ok: true, engine, result: {} } };

    const { stdout } = await mtrade(place, args);

    expect(stdout).toContain('\n(live engine, pid 7, data directory /home/trader/live)\n');
  });

  test('sell says about what is sold, and that a new cycle begins at once where nothing keeps it', async () => {
    const result = { symbol: 'ETH/USDT', amount: '0.1', limit: '97.02', bid: '99', starts_anew: true };
    answer = { status: 200, body: { schema: 1, ok: true, engine, result } };
    const { stdout } = await mtrade(place, ['sell', 'ETH/USDT']);
    expect(stdout).toContain('ETH/USDT: the sale of about 0.1 ETH is ordered, the bid is 99 USDT\n');
    expect(stdout).toContain('a new cycle begins at once; pause the pair first to stay out\n');

    answer = {
      status: 200,
      body: { schema: 1, ok: true, engine, result: { ...result, starts_anew: false } },
    };
    expect((await mtrade(place, ['sell', 'ETH/USDT'])).stdout).not.toContain('new cycle');
    expect((await mtrade(place, ['sell', '--help'])).stdout.replaceAll(/\s+/g, ' ')).toContain(
      'a new cycle begins at once; pause the pair first to stay out',
    );
  });

  test('reset and resume of a pair whose order has no known outcome say that it is still looked for', async () => {
    const outcome_unknown = [{ client_order_id: 't-1', side: 'buy' }];
    answer = { status: 200, body: { schema: 1, ok: true, engine, result: { cycle: 3, outcome_unknown } } };

    const reset = await mtrade(place, ['reset', 'ETH/USDT']);
    const resume = await mtrade(place, ['resume', 'ETH/USDT']);

    expect(reset.stdout).toContain('the outcome of its buy t-1 is not known yet and still looked for');
    expect(reset.stdout).toContain('if it has filled, its coins are yours and stay on the account');
    expect(resume.stdout).toContain('the outcome of its buy t-1 is not known yet and still looked for');
    expect(resume.stdout).toContain('the pair waits for it');
    answer = { status: 200, body: { schema: 1, ok: true, engine, result: { cycle: 3 } } };
    expect((await mtrade(place, ['reset', 'ETH/USDT'])).stdout).not.toContain('outcome');
  });

  test('a refusal is told in the words of the engine, without control characters (S15)', async () => {
    answer = { status: 409, body: { code: 'MTRADE_COMMAND', detail: 'ETH/USDT has\u001b[2J no open cycle' } };

    const { code, stdout, stderr } = await mtrade(place, ['reset', 'ETH/USDT']);

    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toBe('mtrade: ETH/USDT has no open cycle\n');
  });

  test('reset lists the coins that stay on the account, and what they cost', async () => {
    answer = {
      status: 200,
      body: {
        schema: 1,
        ok: true,
        result: { symbol: 'DOT/USDT', paused: true, coins_left: '17.8', cost: '92.87' },
      },
    };

    const { stdout } = await mtrade(place, ['reset', 'DOT/USDT']);

    expect(stdout).toContain('coins that stay on the account: 17.8 DOT, cost 92.87 USDT\n');
  });

  test('a sale while trading is off is refused in plain words, with the command that switches it on', async () => {
    const detail = 'ETH/USDT cannot be sold right now: engine_stopped';
    answer = { status: 409, body: { code: 'MTRADE_COMMAND', detail } };

    const { code, stderr } = await mtrade(place, ['sell', 'ETH/USDT']);

    expect(code).toBe(1);
    expect(stderr).toContain('trading is switched off (mtrade trading on switches it on)');
  });

  test('a command that the disk refused exits 74', async () => {
    answer = { status: 500, body: { code: 'MTRADE_DISK', detail: 'no space left on the disk' } };

    const { code, stderr } = await mtrade(place, ['pause', 'ETH/USDT']);

    expect(code).toBe(74);
    expect(stderr).toBe('mtrade: no space left on the disk\n');
  });

  test('a refused token is a matter of permission', async () => {
    answer = { status: 401, body: { code: 'HTTP_UNAUTHORIZED', detail: 'wrong token' } };

    expect((await mtrade(place, ['pause', 'ETH/USDT'])).code).toBe(77);
  });
});

describe('status of a running engine', () => {
  test('--json passes the object on as it is, exit 0', async () => {
    answer = { status: 200, body: engineStatus };

    const { code, stdout } = await mtrade(place, ['status', '--json']);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(engineStatus);
  });

  test('as text it is plain without a terminal, coloured on request', async () => {
    answer = { status: 200, body: engineStatus };

    const plain = await mtrade(place, ['status']);
    const coloured = await mtrade(place, ['status'], { FORCE_COLOR: '1' });
    const refused = await mtrade(place, ['status'], { FORCE_COLOR: '1', NO_COLOR: '1' });

    expect(plain.stdout).toContain('LIVE: REAL MONEY');
    expect(plain.stdout).not.toContain('\u001b');
    expect(coloured.stdout).toContain('\u001b[');
    expect(refused.stdout).not.toContain('\u001b');
  });

  test('--watch ends quietly when its reader goes away (P24)', async () => {
    answer = { status: 200, body: engineStatus };
    const child = spawn(process.execPath, [MTRADE, 'status', '--watch', '--json'], {
      cwd: place.directory,
      env: environment(place),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout.once('data', () => child.stdout.destroy());

    const code = await new Promise((resolve) => child.on('exit', resolve));

    expect(code).toBe(0);
    expect(stderr).toBe('');
  });

  test('--watch ends with Ctrl-C, exit 0, one JSON object a line', async () => {
    answer = { status: 200, body: engineStatus };
    const child = spawn(process.execPath, [MTRADE, 'status', '--watch', '--json'], {
      cwd: place.directory,
      env: environment(place),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (stdout.split('\n').length > 2) child.kill('SIGINT');
    });

    const code = await new Promise((resolve) => child.on('close', resolve));

    expect(code).toBe(0);
    for (const line of stdout.trimEnd().split('\n')) expect(JSON.parse(line)).toEqual(engineStatus);
  });
});

describe('--watch on a terminal', () => {
  const BACK = '\u001b[?1049l';
  const status = { ...engineStatus, invested: {}, internal: {}, urgent_queue_depth: 0, unknown_intents: 0 };

  test('says that data is old, that the engine went away and that it is back; q gives the terminal back', async () => {
    answer = { status: 200, body: status };
    const watch = onTerminal(place, 'status', '--watch');
    await watch.shows('LIVE: REAL MONEY');

    answer = { status: 500, body: { code: 'HTTP_INTERNAL', detail: 'a worker is being revived' } };
    await watch.shows(/OLD DATA: \d+s, from .*the engine does not answer: a worker is b/);

    answer = { status: 200, body: status };
    await watch.shows('realized profit');
    await new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    });
    await watch.shows('no engine runs, and none has stored anything');

    await new Promise<void>((resolve) => {
      server.listen(join(place.dataDir, 'control.sock'), resolve);
    });
    await watch.shows('LIVE: REAL MONEY');
    watch.type('q');
    await watch.ended;

    expect(watch.text()).toContain(BACK);
    expect(watch.text()).toContain('CODE=0');
    expect(watch.text()).toContain('SANE');
  });

  test('ends at once with Ctrl-C, even while an engine hangs', async () => {
    answer = { status: 200, body: status };
    const watch = onTerminal(place, 'status', '--watch');
    await watch.shows('LIVE: REAL MONEY');
    server.removeAllListeners('request');
    await watch.shows('OLD DATA');
    watch.type('\u0003');
    await watch.ended;

    expect(watch.text()).toContain(BACK);
    expect(watch.text()).toContain('SANE');
  });
});

test('stop asks for the shutdown and waits for the end', async () => {
  const closing = new Promise<void>((resolve) => {
    server.on('request', (request) => {
      if (request.url === '/api/engine/shutdown') setTimeout(() => server.close(() => resolve()), 300);
    });
  });

  answer.body = { schema: 1, ok: true, engine: { pid: 7, mode: 'live', data_dir: '/d' }, result: null };
  const { code, stdout } = await mtrade(place, ['stop']);
  await closing;

  expect(stdout).toContain('\n(live engine, pid 7, data directory /d)\n');

  expect(code).toBe(0);
  expect(stdout).toContain('has stopped');
  expect(seen[0]).toMatchObject({ method: 'POST', path: '/api/engine/shutdown' });
});

test('a command without an answer may still be carried out, and says so; stop waits no longer than it was told', async () => {
  server.removeAllListeners('request');
  const begin = performance.now();

  const { code, stderr } = await mtrade(place, ['stop', '--timeout', '1']);

  expect(code).toBe(1);
  expect(stderr).toMatch(/no answer within [\d.]+ s; the command may still be carried out/);
  // Untold it would wait for a minute; a busy machine takes seconds to load the program.
  expect(performance.now() - begin).toBeLessThan(45_000);
});
