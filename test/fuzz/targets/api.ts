import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MtradeError, systemClock } from '@mtrade/base';
import type { OperatorCommand } from '@mtrade/engine';
import { silentLogger } from '@mtrade/log';
import { startControlServer, TOKEN_FILE } from '@mtrade/runtime';
import type { Random } from '../../simulation/random.js';
import { mutateBytes, mutateJson, mutateText } from '../mutate.js';
import { requireCleanPrototype } from '../promises.js';
import { Broken, type Target } from '../target.js';

const PAIRS = ['ETH/USDT', 'BTC/USDT'];
const SYMBOL_COMMANDS = new Set(['reset', 'resume', 'pause', 'sell-now', 'permit']);
const BATCH = 16;
const LIMIT_MS = 10_000;
/** An answer without an end (the event stream) is left after this time. */
const STREAM_MS = 40;

const PATHS = [
  '/healthz', '/readyz', '/metrics', '/openapi.json', '/api/autotrade/status', '/api/autotrade/start', '/api/autotrade/stop',
  '/api/autotrader/reset_cycle', '/api/autotrader/resume_cycle', '/api/autotrader/pause_cycle', '/api/autotrader/sell_now',
  '/api/autotrader/permit', '/api/trades?limit=5&symbol=ETH/USDT', '/api/cycles?limit=5', '/api/profit', '/api/journal?limit=3',
  '/api/events', '/', '/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '//', '/api/%00', `/${'a'.repeat(9_000)}`, '*', 'http://evil/',
]; // prettier-ignore
const BODIES: readonly unknown[] = [
  {},
  { symbol: 'ETH/USDT' },
  { symbol: 'BTC_USDT', on: true },
  { symbol: 'eth-usdt', on: false },
];
const METHODS = [
  'GET',
  'POST',
  'POST',
  'POST',
  'HEAD',
  'OPTIONS',
  'PUT',
  'DELETE',
  'TRACE',
  'CONNECT',
  'get',
  'POST\u0000',
];
const HEADERS = [
  'Origin: http://evil', 'Sec-Fetch-Site: cross-site', 'Cookie: a=b', 'Content-Encoding: gzip', 'Transfer-Encoding: chunked', 'Expect: 100-continue',
  'Upgrade: websocket', 'Content-Length: 5', 'Content-Length: -1', 'Content-Length: 99999999999', 'Last-Event-ID: -1', 'Range: bytes=0-1',
  'Content-Type: application/x-www-form-urlencoded', `X: ${'y'.repeat(9_000)}`, 'Host: evil', '__proto__: 1', ': empty', 'Accept: text/event-stream',
]; // prettier-ignore

/**
 * The real control server on loopback, fed with raw bytes. It never fails inside, every 5xx is problem-JSON, and nothing
 * reaches the engine but whole commands about configured pairs from somebody with the token (S09, S10, S11).
 */
export const api: Target = {
  open: async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'mtrade-fuzz-api-'));
    const commands: OperatorCommand[] = [];
    const server = await startControlServer(
      {
        dataDir,
        listen: { host: '127.0.0.1', port: 0 },
        version: '0',
        mode: 'paper',
        limits: {
          headersTimeoutMs: 500,
          requestTimeoutMs: 500,
          idleTimeoutMs: 1_000,
          commandsPerSecond: 1e9,
          commandBurst: 1e9,
          badTokensPerMinute: 1e9,
        },
      },
      {
        status: () => Promise.reject(new MtradeError('MTRADE_NOT_RUNNING', 'not running', { dataDir })),
        metrics: () => '',
        history: () =>
          Promise.reject(new MtradeError('MTRADE_COMMAND', 'no history', { command: 'history' })),
        candles: () =>
          Promise.reject(new MtradeError('MTRADE_COMMAND', 'no candles', { command: 'candles' })),
        terms: () => ({ feePct: '0.2', rules: null }),
        ladder: () => {
          throw new MtradeError('MTRADE_CONFIG', 'no ladder', { key: 'ladder' });
        },
        config: () => ({ source: { file: null, overrides: {} }, config: {}, toml: '' }),
        lock: () => ({ pid: 1, started_at: '2026-01-01T00:00:00.000Z', data_dir: dataDir, version: '0' }),
        command: (command) => {
          commands.push(command);
          return Promise.resolve({ committed: true });
        },
        shutdown: () => undefined,
        ready: () => true,
        subscribe: () => () => undefined,
        normalizeSymbol: (text) =>
          PAIRS.find((pair) => pair.replace('/', '') === text.toUpperCase().replaceAll(/[/_-]/g, '')) ?? null,
        symbols: () => PAIRS,
        log: silentLogger,
        clock: systemClock,
      },
    );
    const token = readFileSync(join(dataDir, TOKEN_FILE), 'utf8').trim();
    const port = Number(new URL(server.url ?? '').port);
    return {
      step: async (random) => {
        commands.length = 0;
        const key = random.pick([token, token, `${token}x`, 'x'.repeat(token.length), null]);
        const requests = Array.from({ length: BATCH }, () => requestOf(random, key, port));
        const answers = await Promise.all(
          requests.map((bytes) =>
            answerTo(bytes, random.chance(0.5) ? { port } : { path: server.socketPath }),
          ),
        );
        const input = Buffer.concat(requests);
        answers.forEach((answer, i) => requireAnswer(answer, requests[i] as Buffer));
        if (key !== token && commands.length > 0) throw new Broken('a command without the token', input);
        for (const command of commands) requireCommand(command, input);
        requireCleanPrototype(input);
        // The next one who asks properly is answered.
        const healthy = await answerTo(
          Buffer.from(`GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`),
          { port },
        );
        if (!healthy.startsWith('HTTP/1.1 200'))
          throw new Broken(`unwell afterwards: ${healthy.slice(0, 200)}`, input);
        return BATCH;
      },
      close: async () => {
        await server.close();
        rmSync(dataDir, { recursive: true, force: true });
      },
    };
  },
};

function requestOf(random: Random, key: string | null, port: number): Buffer {
  const body = random.chance(0.7) ? mutateJson(random.pick(BODIES), random) : Buffer.alloc(0);
  const path = random.pick(PATHS);
  const lines = [
    `${random.pick(METHODS)} ${random.chance(0.7) ? path : Buffer.from(mutateText(path, random)).toString('latin1')} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    ...(key === null ? [] : [`Authorization: Bearer ${key}`]),
    ...(random.chance(0.9) ? [`Content-Length: ${body.length}`] : []),
    ...(random.chance(0.3) ? [random.pick(HEADERS)] : []),
    'Connection: close',
  ];
  const request = Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
  if (random.chance(0.7)) return request;
  return mutateBytes(request, random);
}

/** Everything that the server says until it hangs up, or until it only streams. */
function answerTo(bytes: Buffer, where: { port: number } | { path: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = 'port' in where ? connect(where.port, '127.0.0.1') : connect(where.path);
    const finish = (): void => {
      clearTimeout(timer);
      clearTimeout(stream);
      socket.destroy();
      resolve(Buffer.concat(chunks).toString('latin1'));
    };
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Broken(`no end of the answer within ${LIMIT_MS} ms`, bytes));
    }, LIMIT_MS);
    let stream: NodeJS.Timeout | undefined;
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (stream === undefined && chunk.includes('text/event-stream')) stream = setTimeout(finish, STREAM_MS);
    });
    socket.on('close', finish);
    socket.on('error', () => undefined); // a reset: what came before it counts
    socket.end(bytes);
  });
}

function requireAnswer(answer: string, request: Buffer): void {
  if (answer === '') return; // it hung up
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
  if (!(status >= 100 && status <= 599)) throw new Broken(`no HTTP answer: ${answer.slice(0, 100)}`, request);
  if (answer.includes('root:x:')) throw new Broken('S09: a file of the machine', request);
  if (status < 500) return;
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  if (!/content-type: application\/problem\+json/i.test(head))
    throw new Broken(`a ${status} without problem-JSON`, request);
  const isHead = request.subarray(0, 4).toString() === 'HEAD';
  const text = rest.join('\r\n\r\n');
  if (text.includes('HTTP_INTERNAL') || (!isHead && !text.includes('"code":"MTRADE_')))
    throw new Broken(`a failure inside: ${text.slice(0, 300)}`, request);
}

function requireCommand(command: OperatorCommand, input: Buffer): void {
  const keys = Object.keys(command).sort().join();
  const isWhole =
    command.name === 'trading'
      ? keys === 'name,on' && typeof command.on === 'boolean'
      : SYMBOL_COMMANDS.has(command.name) &&
        PAIRS.includes(command.symbol) &&
        (command.name === 'permit'
          ? keys === 'name,on,symbol' && typeof command.on === 'boolean'
          : keys === 'name,symbol');
  if (!isWhole) throw new Broken(`a command ${JSON.stringify(command)}`, input);
}
