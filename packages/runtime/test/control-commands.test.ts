import { MtradeError } from '@mtrade/base';
import type { OperatorCommand } from '@mtrade/engine';
import { describe, expect, test } from 'vitest';
import { PAIRS, startHarness, STATUS } from './control-harness.js';

describe('commands', () => {
  const COMMANDS: readonly (readonly [string, unknown, OperatorCommand])[] = [
    ['/api/autotrade/start', undefined, { name: 'trading', on: true }],
    ['/api/autotrade/stop', {}, { name: 'trading', on: false }],
    ['/api/autotrader/reset_cycle', { symbol: 'ETH/USDT' }, { name: 'reset', symbol: 'ETH/USDT' }],
    ['/api/autotrader/resume_cycle', { symbol: 'ETH_USDT' }, { name: 'resume', symbol: 'ETH/USDT' }],
    ['/api/autotrader/pause_cycle', { symbol: 'ETHUSDT' }, { name: 'pause', symbol: 'ETH/USDT' }],
    [
      '/api/autotrader/permit',
      { symbol: 'btcusdt', on: false },
      { name: 'permit', symbol: 'BTC/USDT', on: false },
    ],
    ['/api/autotrader/sell_now', { symbol: 'BTC/USDT' }, { name: 'sell-now', symbol: 'BTC/USDT' }],
    ['/v1/trading', { on: false }, { name: 'trading', on: false }],
    ['/v1/pairs/ETH-USDT/pause', undefined, { name: 'pause', symbol: 'ETH/USDT' }],
    ['/v1/pairs/eth_usdt/resume', {}, { name: 'resume', symbol: 'ETH/USDT' }],
    ['/v1/pairs/BTC-USDT/reset', {}, { name: 'reset', symbol: 'BTC/USDT' }],
    ['/v1/pairs/BTC-USDT/sell', {}, { name: 'sell-now', symbol: 'BTC/USDT' }],
    ['/v1/pairs/BTC-USDT/permit', { on: true }, { name: 'permit', symbol: 'BTC/USDT', on: true }],
  ];

  test.each(COMMANDS)(
    'POST %s %o reaches the engine with the configured pair',
    async (path, body, command) => {
      const harness = await startHarness();

      const tcp = await harness.call({ path, method: 'POST', body });
      const socket = await harness.call({ path, method: 'POST', body, over: 'socket' });

      expect(harness.engine.commands).toEqual([command, command]);
      expect(tcp.status).toBe(200);
      expect(tcp.json).toEqual({
        schema: 1,
        ok: true,
        engine: { pid: process.pid, mode: 'paper', data_dir: harness.dataDir },
        result: { committed: true },
      });
      expect(socket.json).toEqual(tcp.json);
    },
  );

  test('the answer waits for the commit', async () => {
    const harness = await startHarness();
    let commit: (() => void) | undefined;
    harness.engine.answer = () => new Promise((resolve) => (commit = () => resolve('late')));

    let answered = false;
    const call = harness.post('/api/autotrade/stop').then((answer) => {
      answered = true;
      return answer;
    });
    await expect.poll(() => commit).toBeDefined();
    // Another whole call goes through meanwhile: the first is not answered by the passing of time.
    await harness.call({ path: '/healthz', token: null });
    const before = answered;
    commit?.();
    const answer = await call;

    expect(before).toBe(false);
    expect(answer.json['result']).toBe('late');
  });

  test('an unknown pair is a 404 that names the known ones', async () => {
    const harness = await startHarness();

    const answer = await harness.post('/api/autotrader/reset_cycle', { symbol: 'DOGE/USDT' });

    expect(answer.status).toBe(404);
    for (const pair of PAIRS) expect(answer.json['detail']).toContain(pair);
    expect(harness.engine.commands).toEqual([]);
  });

  test.each([
    ['no symbol', '{}'],
    ['no body', ''],
    ['a symbol that is no text', '{"symbol":7}'],
    ['an unknown key', '{"symbol":"ETH/USDT","force":true}'],
    ['a prototype (S10)', '{"symbol":"ETH/USDT","__proto__":{"on":true}}'],
    ['a long symbol (S20)', `{"symbol":"${'A'.repeat(41)}"}`],
    ['no JSON', '{"symbol":'],
    ['an array', '["ETH/USDT"]'],
  ])('a body with %s is a 400 and reaches nobody', async (_name, rawBody) => {
    const harness = await startHarness();

    const answer = await harness.call({ path: '/api/autotrader/reset_cycle', method: 'POST', rawBody });

    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(harness.engine.commands).toEqual([]);
  });

  test.each(['application/x-www-form-urlencoded', 'text/plain;charset=UTF-8'])(
    'a JSON body is understood when the client calls it %s',
    async (type) => {
      const harness = await startHarness();
      const headers = { 'content-type': type };

      const answer = await harness.call({
        path: '/api/autotrader/reset_cycle',
        method: 'POST',
        headers,
        rawBody: '{"symbol":"ETH/USDT"}',
      });

      expect(answer.status).toBe(200);
    },
  );

  test('a shutdown is answered first and carried out once', async () => {
    const harness = await startHarness();

    const answer = await harness.post('/api/engine/shutdown');

    const engine = { pid: process.pid, mode: 'paper', data_dir: harness.dataDir };
    expect(answer.json).toMatchObject({ ok: true, engine });
    await expect.poll(() => harness.engine.shutdowns).toBe(1);
  });

  test('16 resets and 16 resumes in one go all succeed while the status hangs (scenario 28)', async () => {
    const harness = await startHarness();
    harness.engine.status = () => new Promise(() => undefined);

    const calls = Array.from({ length: 32 }, (_, index) =>
      harness.post(`/api/autotrader/${index % 2 === 0 ? 'reset' : 'resume'}_cycle`, { symbol: 'ETH/USDT' }),
    );
    const statuses = (await Promise.all(calls)).map(({ status }) => status);

    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(harness.engine.commands).toHaveLength(32);
  });
});

describe('refusals', () => {
  test.each([
    [
      new MtradeError('MTRADE_COMMAND', 'ETH/USDT has no position', { command: 'sell-now' }),
      409,
      'MTRADE_COMMAND',
    ],
    [
      new MtradeError('MTRADE_EXCHANGE_UNAVAILABLE', 'no answer', { url: 'http://x' }),
      502,
      'MTRADE_EXCHANGE_UNAVAILABLE',
    ],
    [new MtradeError('MTRADE_DISK', 'disk full', { path: '/x' }), 500, 'MTRADE_DISK'],
  ])('the engine says %s: %i', async (error, status, code) => {
    const harness = await startHarness();
    harness.engine.answer = async () => {
      throw error;
    };

    const answer = await harness.post('/api/autotrader/sell_now', { symbol: 'ETH/USDT' });

    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json).toMatchObject({ status, code, detail: error.message });
    expect(Object.keys(answer.json).sort()).toEqual(['code', 'detail', 'id', 'status', 'title', 'type']);
  });

  test('a busy history desk is a 503 that says when to ask again, for every question, and no line of the log', async () => {
    const harness = await startHarness();
    harness.engine.history = () =>
      Promise.reject(new MtradeError('MTRADE_BUSY', 'too many questions', { retryAfterSeconds: 3 }));
    const { json: document } = await harness.call({ path: '/openapi.json' });
    const paths = document['paths'] as Record<string, { get?: { responses: Record<string, object> } }>;

    for (const path of [
      '/v1/trades',
      '/v1/cycles',
      '/v1/cycles/1',
      '/v1/journal',
      '/v1/profit',
      '/v1/pairs/ETH-USDT',
    ]) {
      const answer = await harness.call({ path });
      expect([path, answer.status, answer.headers['retry-after']]).toEqual([path, 503, '3']);
      expect(answer.json).toMatchObject({ code: 'MTRADE_BUSY', detail: 'too many questions' });
      const described = path.replace('/1', '/{id}').replace('ETH-USDT', '{pair}');
      expect(paths[described]?.get?.responses['503']).toMatchObject({ headers: { 'Retry-After': {} } });
    }
    expect(harness.engine.errors).toEqual([]);
  });

  test('an unexpected error says its id and neither its text nor its stack', async () => {
    const harness = await startHarness();
    harness.engine.answer = () => Promise.reject(new Error('the secret is abc'));

    const answer = await harness.post('/api/autotrade/stop');

    expect(answer.status).toBe(500);
    expect(answer.json['id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.text).not.toContain('abc');
    expect(answer.text).not.toContain('.ts');
    expect(harness.engine.errors).toHaveLength(1);
  });

  test('control characters of an exchange do not reach a terminal (S15)', async () => {
    const harness = await startHarness();
    harness.engine.answer = () =>
      Promise.reject(new MtradeError('MTRADE_COMMAND', 'red \u001b[31m \u009b2J\nline', { command: 'x' }));

    const answer = await harness.post('/api/autotrade/stop');

    expect(answer.json['detail']).toBe('red  [31m  2J line');
  });

  test('an engine that does not confirm is a 504 and not an endless wait', async () => {
    const harness = await startHarness({ limits: { commandDeadlineMs: 20, statusDeadlineMs: 20 } });
    harness.engine.answer = () => new Promise(() => undefined);
    harness.engine.status = () => new Promise(() => undefined);

    const command = await harness.post('/api/autotrade/stop');
    const status = await harness.call({ path: '/api/autotrade/status' });
    const health = await harness.call({ path: '/healthz', token: null });

    expect([command.status, status.status, health.status]).toEqual([504, 504, 200]);
    expect(command.json['detail']).toContain('may still be carried out');
  });

  test('a wrong method is a 405 that names the right one', async () => {
    const harness = await startHarness();

    const answer = await harness.call({ path: '/api/autotrade/stop' });

    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toBe('POST');
  });

  test('a method that no Request can be made with is a wrong method like any other', async () => {
    const harness = await startHarness();

    const answers = [
      await harness.call({ path: '/api/autotrade/stop', method: 'TRACE' }),
      await harness.call({ path: '/nowhere', method: 'TRACE' }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([405, 404]);
  });
});

describe('views', () => {
  test('status is the whole object, unchanged', async () => {
    const harness = await startHarness();

    const answer = await harness.call({ path: '/api/autotrade/status' });

    expect(answer.json).toEqual(JSON.parse(JSON.stringify(STATUS)));
  });

  test('/openapi.json lists every route that answers, and nothing else', async () => {
    const harness = await startHarness();

    const { json } = await harness.call({ path: '/openapi.json' });

    expect(json['openapi']).toBe('3.1.0');
    const paths = json['paths'] as Record<string, Record<string, { responses: object; security?: object[] }>>;
    const listed = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(listed.sort()).toEqual([
      'GET /api/autotrade/status',
      'GET /healthz',
      'GET /metrics',
      'GET /openapi.json',
      'GET /readyz',
      'GET /v1/config',
      'GET /v1/cycles',
      'GET /v1/cycles/{id}',
      'GET /v1/events',
      'GET /v1/journal',
      'GET /v1/ladder',
      'GET /v1/lock',
      'GET /v1/pairs/{pair}',
      'GET /v1/pairs/{pair}/candles',
      'GET /v1/profit',
      'GET /v1/session',
      'GET /v1/status',
      'GET /v1/trades',
      'POST /api/autotrade/start',
      'POST /api/autotrade/stop',
      'POST /api/autotrader/pause_cycle',
      'POST /api/autotrader/permit',
      'POST /api/autotrader/reset_cycle',
      'POST /api/autotrader/resume_cycle',
      'POST /api/autotrader/sell_now',
      'POST /api/engine/shutdown',
      'POST /v1/pairs/{pair}/pause',
      'POST /v1/pairs/{pair}/permit',
      'POST /v1/pairs/{pair}/reset',
      'POST /v1/pairs/{pair}/resume',
      'POST /v1/pairs/{pair}/sell',
      'POST /v1/shutdown',
      'POST /v1/trading',
    ]);
    const open = listed.filter((entry) => {
      const [method = '', path = ''] = entry.split(' ');
      return paths[path]?.[method.toLowerCase()]?.security === undefined;
    });
    expect(open).toEqual(['GET /healthz', 'GET /readyz']);
  });

  test('/metrics is what the engine renders, as the text format of Prometheus', async () => {
    const harness = await startHarness();
    const { text, headers } = await harness.call({ path: '/metrics' });
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toBe(harness.engine.metrics());
  });

  test('/metrics answers while the cycler does not', async () => {
    const harness = await startHarness();
    harness.engine.status = () => new Promise(() => undefined);
    expect((await harness.call({ path: '/metrics' })).status).toBe(200);
  });
});
