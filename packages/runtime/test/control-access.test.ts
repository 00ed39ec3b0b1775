import { connect, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startHarness } from './control-harness.js';

const STATUS_PATH = '/api/autotrade/status';

describe('the token (S01)', () => {
  const CALLS = [
    ['GET', STATUS_PATH],
    ['POST', '/api/autotrade/stop'],
    ['POST', '/api/engine/shutdown'],
    ['GET', '/metrics'],
    ['GET', '/openapi.json'],
    ['GET', '/v1/events'],
    ['GET', '/no/such/path'],
  ] as const;

  test.each(CALLS)('%s %s without it is refused, over TCP and over the socket', async (method, path) => {
    const harness = await startHarness();

    const answers = [
      await harness.call({ method, path, token: null }),
      await harness.call({ method, path, token: null, over: 'socket' }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    expect(answers[0]?.headers['www-authenticate']).toContain('Bearer');
    expect(harness.engine.commands).toEqual([]);
    expect(harness.engine.shutdowns).toBe(0);
  });

  test.each([
    ['wrong', (right: string) => right.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))],
    ['a prefix', (right: string) => right.slice(0, -1)],
    ['longer', (right: string) => `${right}A`],
    ['huge', (right: string) => right.repeat(50)],
  ])('one that is %s is refused', async (_name, spoil) => {
    const harness = await startHarness();

    const answer = await harness.call({ path: STATUS_PATH, token: spoil(harness.token) });

    expect(answer.status).toBe(401);
  });

  test('health checks need none', async () => {
    const harness = await startHarness();

    const alive = await harness.call({ path: '/healthz', token: null });
    harness.engine.isReady = false;
    const notReady = await harness.call({ path: '/readyz', token: null });
    harness.engine.isReady = true;
    const ready = await harness.call({ path: '/readyz', token: null });

    expect([alive.status, notReady.status, ready.status]).toEqual([200, 503, 200]);
  });

  test('ten wrong ones a minute, then a back-off that never locks the right one out', async () => {
    const harness = await startHarness();
    const guess = () => harness.call({ path: STATUS_PATH, token: 'wrong' });

    const first = [];
    for (let tries = 0; tries < 10; tries += 1) first.push((await guess()).status);
    const blocked = await guess();
    const owner = await harness.call({ path: STATUS_PATH });
    harness.engine.monoMs += 6_000;
    const later = await guess();

    expect(new Set(first)).toEqual(new Set([401]));
    expect(blocked.status).toBe(429);
    expect(Number(blocked.headers['retry-after'])).toBeGreaterThan(0);
    expect(owner.status).toBe(200);
    expect(later.status).toBe(401);
  });
});

describe('the scope of a token', () => {
  test('the reading one sees every view and changes nothing; the other may do both', async () => {
    const harness = await startHarness();
    const read = harness.readToken;
    expect(read).not.toBe(harness.token);

    for (const path of [STATUS_PATH, '/v1/status', '/metrics', '/openapi.json'])
      expect([path, (await harness.call({ path, token: read })).status]).toEqual([path, 200]);
    for (const path of [
      '/api/autotrade/stop',
      '/api/engine/shutdown',
      '/v1/shutdown',
      '/v1/trading',
      '/v1/pairs/ETH-USDT/reset',
      '/v1/pairs/ETH-USDT/sell',
    ]) {
      const answer = await harness.call({ path, method: 'POST', token: read, body: {} });
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.json['detail']).toContain('control.token');
    }
    expect(harness.engine.commands).toEqual([]);
    expect(harness.engine.shutdowns).toBe(0);

    await harness.post('/v1/pairs/ETH-USDT/reset');
    expect(harness.engine.commands).toEqual([{ name: 'reset', symbol: 'ETH/USDT' }]);
  });
});

describe('the Host header (S03)', () => {
  test.each([
    ['evil.example:PORT', 403],
    ['127.0.0.1.evil.example:PORT', 403],
    ['127.0.0.1', 403],
    ['127.0.0.1:PORT', 200],
    ['LOCALHOST:PORT', 200],
    ['[::1]:PORT', 200],
  ])('%s gets %i', async (pattern, expected) => {
    const harness = await startHarness();
    const host = pattern.replace('PORT', String(harness.port));

    const answer = await harness.call({ path: STATUS_PATH, headers: { host } });
    const health = await harness.call({ path: '/healthz', token: null, headers: { host } });

    expect([answer.status, health.status]).toEqual([expected, expected]);
  });

  test('one that makes no address is a bad request over the socket too, which takes any name', async () => {
    const harness = await startHarness();
    const post = (host: string) =>
      harness.call({
        path: '/api/autotrade/stop',
        method: 'POST',
        rawBody: '{}',
        headers: { host },
        over: 'socket',
      });

    expect((await post('127.0.05..1:35957')).json['code']).toBe('HTTP_BAD_REQUEST');
    expect(harness.engine.commands).toEqual([]);
    expect((await post('any.name')).status).toBe(200);
  });
});

describe('requests that a web page makes (S02, S04)', () => {
  test.each([
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'same-origin', origin: 'http://127.0.0.1:PORT' }, 200],
    [{ 'sec-fetch-site': 'none' }, 200],
    [{}, 200],
  ])('a command with %o gets %i', async (template, expected) => {
    const harness = await startHarness();
    const headers = JSON.parse(JSON.stringify(template).replace('PORT', String(harness.port))) as Record<
      string,
      string
    >;

    const answer = await harness.call({ path: '/api/autotrade/stop', method: 'POST', headers });

    expect(answer.status).toBe(expected);
    expect(harness.engine.commands).toHaveLength(expected === 200 ? 1 : 0);
  });

  test('a page cannot hold an event stream open', async () => {
    const harness = await startHarness();

    const answer = await harness.call({ path: '/v1/events', headers: { origin: 'http://evil.example' } });

    expect(answer.status).toBe(403);
  });

  test('no answer allows another origin, and every answer forbids scripts, framing, sniffing and caching (S17)', async () => {
    const harness = await startHarness();
    const headers = { origin: 'http://evil.example', 'access-control-request-method': 'POST' };

    const answers = [
      await harness.call({ path: STATUS_PATH, headers: { origin: 'http://evil.example' } }),
      await harness.call({ path: '/api/autotrade/stop', method: 'OPTIONS', headers }),
      await harness.call({ path: '/no/such/path' }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 403, 404]);
    for (const answer of answers) {
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(answer.headers['referrer-policy']).toBe('no-referrer');
      expect(answer.headers['cache-control']).toBe('no-store');
    }
  });
});

describe('paths (S09)', () => {
  test.each([
    '/../../../../etc/passwd',
    '/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
    '/api/..%2f..%2fcontrol.token',
    '//etc/passwd',
    '/..\\..\\control.token',
    '/control.token',
    '/api/autotrade/status/../../../control.token',
  ])('%s leads to no file', async (path) => {
    const harness = await startHarness();

    const answer = await harness.call({ path });

    expect([400, 404]).toContain(answer.status);
    expect(answer.text).not.toContain('root:');
    expect(answer.text).not.toContain(harness.token);
  });
});

describe('limits (S11)', () => {
  const path = '/api/autotrader/reset_cycle';

  /** A command of which the head alone has left, with this one more header; the body is the caller's. */
  function openCommand(
    { port, token }: { readonly port: number; readonly token: string },
    header: string,
  ): Socket {
    const socket = connect(port, '127.0.0.1');
    const head = [
      `POST ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      `Authorization: Bearer ${token}`,
      header,
    ];
    socket.write([...head, '', ''].join('\r\n'));
    return socket;
  }

  test('a body over 64 KB is refused, announced or not', async () => {
    const harness = await startHarness();
    const rawBody = JSON.stringify({ symbol: 'x'.repeat(70_000) });

    const announced = await harness.call({ path, method: 'POST', rawBody });
    const chunked = await harness.call({
      path,
      method: 'POST',
      rawBody,
      headers: { 'transfer-encoding': 'chunked' },
    });

    expect([announced.status, chunked.status]).toEqual([413, 413]);
    expect(chunked.json['code']).toBe('HTTP_TOO_LARGE');
  });

  test('a body without an end is refused as soon as it is too large', async () => {
    const harness = await startHarness();
    const socket = openCommand(harness, 'Transfer-Encoding: chunked');
    socket.write(`${(70_000).toString(16)}\r\n${'x'.repeat(70_000)}\r\n`);

    const received = await new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(text));
    });

    expect(received).toContain('413 Payload Too Large');
    expect(harness.engine.commands).toEqual([]);
  });

  test('a client that goes in the middle of its command is no failure of the engine, and nothing is commanded', async () => {
    const harness = await startHarness();
    const socket = openCommand(harness, 'Content-Length: 100');
    socket.write('{"symbol":');
    // Each of these calls comes after what this connection has done before it.
    await harness.call({ path: STATUS_PATH });
    socket.resetAndDestroy();
    for (let calls = 0; calls < 3; calls += 1) await harness.call({ path: STATUS_PATH });

    expect(harness.engine.errors).toEqual([]);
    expect(harness.engine.commands).toEqual([]);
  });

  test('a body nested nine deep is refused, eight deep is only a wrong body', async () => {
    const harness = await startHarness();
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

    const deep = await harness.call({ path, method: 'POST', rawBody: nested(9) });
    const wrong = await harness.call({ path, method: 'POST', rawBody: nested(8) });
    const brackets = await harness.call({ path, method: 'POST', rawBody: '{"symbol":"\\"[[[[[[[[[["}' });

    expect(deep.json['detail']).toContain('nested deeper');
    expect(wrong.status).toBe(400);
    expect(wrong.json['detail']).not.toContain('nested deeper');
    expect(brackets.status).toBe(404);
  });

  test('headers over 8 KB are refused', async () => {
    const harness = await startHarness();

    const answer = await harness.call({ path: STATUS_PATH, headers: { 'x-long': 'x'.repeat(9_000) } });

    expect(answer.status).toBe(431);
  });

  test('a client that never finishes its headers is cut off', async () => {
    const harness = await startHarness({ limits: { headersTimeoutMs: 200, requestTimeoutMs: 300 } });
    const socket = connect(harness.port, '127.0.0.1');
    socket.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ');

    const received = await new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
    });

    expect(received).toContain('408');
  });

  test('connections over the bound are dropped, and the operator still gets in by the socket', async () => {
    const harness = await startHarness({ limits: { connections: 2 } });
    const idle = [1, 2].map(() => connect(harness.port, '127.0.0.1'));
    await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));

    const crowded = harness.call({ path: '/healthz', token: null });
    await expect(crowded).rejects.toThrow(/ECONNRESET|socket hang up/);
    const operator = await harness.call({ path: STATUS_PATH, over: 'socket' });

    expect(operator.status).toBe(200);
    for (const socket of idle) socket.destroy();
  });

  test('commands beyond the burst wait for the next second; reads are never limited', async () => {
    const harness = await startHarness({ limits: { commandBurst: 40 } });

    const burst = [];
    for (let calls = 0; calls < 40; calls += 1)
      burst.push((await harness.post('/api/autotrade/start')).status);
    const over = await harness.post('/api/autotrade/start');
    const read = await harness.call({ path: STATUS_PATH });
    harness.engine.monoMs += 50;
    const next = await harness.post('/api/autotrade/start');

    expect(new Set(burst)).toEqual(new Set([200]));
    expect(over.status).toBe(429);
    expect(over.headers['retry-after']).toBe('1');
    expect(read.status).toBe(200);
    expect(next.status).toBe(200);
    expect(harness.engine.commands).toHaveLength(41);
  });

  test("calls without the token do not use up the operator's commands", async () => {
    const harness = await startHarness({ limits: { commandBurst: 1 } });

    await harness.call({ path: '/api/autotrade/stop', method: 'POST', token: null });
    const operator = await harness.post('/api/autotrade/stop');

    expect(operator.status).toBe(200);
  });
});
