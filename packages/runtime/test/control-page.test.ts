import { request } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { PageFile } from '../src/control/index.js';
import { EventClient } from '../src/control/event-client.js';
import { StatRates } from '../src/control/stat-rates.js';
import { type Harness, startHarness, STATUS } from './control-harness.js';

const SCRIPT = 'console.log("the page")';
const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));
const PAGE: ReadonlyMap<string, PageFile> = new Map([
  ['/', { type: 'text/html; charset=utf-8', body: bytes('<!doctype html>') }],
  [
    '/assets/page-1.js',
    { type: 'text/javascript', body: bytes(SCRIPT), gzip: new Uint8Array(gzipSync(SCRIPT)) },
  ],
]);

/** The path exactly as written: no client tidies it up. */
const rawGet = (harness: Harness, path: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number; type: string; body: Buffer }>((resolve, reject) => {
    const outgoing = request({ ...harness.target(), path, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          type: incoming.headers['content-type'] ?? '',
          body: Buffer.concat(chunks),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end();
  });

describe('the web page', () => {
  test('its files need no token, carry the policy, and come packed to whoever takes that', async () => {
    const harness = await startHarness({ page: PAGE });

    const index = await harness.call({ path: '/', token: null });
    const script = await harness.call({ path: '/assets/page-1.js', token: null });
    const packed = await rawGet(harness, '/assets/page-1.js', { 'accept-encoding': 'br, gzip' });

    expect(index).toMatchObject({ status: 200, text: '<!doctype html>' });
    expect(index.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
    expect(script).toMatchObject({ status: 200, text: SCRIPT });
    expect(gunzipSync(packed.body).toString()).toBe(SCRIPT);
  });

  test.each([
    '/assets/../control.token',
    '/assets/..%2fcontrol.token',
    '/assets/%2e%2e/%2e%2e/etc/passwd',
    '//etc/passwd',
    '/assets/',
    '/assets/page-1.js/..',
    '/assets/page-1.js%00',
    '/control.token',
  ])('S09: only names of built files answer, %s does not', async (path) => {
    const harness = await startHarness({ page: PAGE });

    const stranger = await rawGet(harness, path);
    const operator = await rawGet(harness, path, { authorization: `Bearer ${harness.token}` });

    expect(stranger.status).toBe(401);
    expect([404, 400]).toContain(operator.status);
    expect(stranger.body.toString() + operator.body.toString()).not.toContain(harness.token);
  });

  test('S01: only reading the files is free; a command to the same path still needs the token', async () => {
    const harness = await startHarness({ page: PAGE });

    const answer = await harness.call({ path: '/', method: 'POST', token: null, body: {} });

    expect(answer.status).toBe(401);
  });

  test('without a build the API works and the first page says how to make one', async () => {
    const harness = await startHarness();

    const index = await harness.call({ path: '/', token: null });
    const status = await harness.call({ path: '/v1/status' });

    expect(index.status).toBe(200);
    expect(index.text).toContain('npm run build');
    expect(status.status).toBe(200);
  });

  test('a token learns what it may do', async () => {
    const harness = await startHarness();

    const control = await harness.call({ path: '/v1/session' });
    const read = await harness.call({ path: '/v1/session', token: harness.readToken });

    expect(control.json).toMatchObject({ scope: 'control', mode: 'paper', version: '0.1.0' });
    expect(read.json).toMatchObject({ scope: 'read' });
  });
});

describe('the state in the event stream', () => {
  test('comes at once and again to those who ask for it, and to nobody else', async () => {
    const harness = await startHarness();
    const states = (path: string): string[] => {
      const seen: string[] = [];
      const outgoing = request(
        { ...harness.target(), path, headers: harness.headers({}), agent: false },
        (incoming) => {
          incoming.setEncoding('utf8');
          incoming.on('data', (chunk: string) => seen.push(chunk));
          incoming.on('error', () => undefined);
        },
      );
      outgoing.on('error', () => undefined);
      outgoing.end();
      onTestFinished(() => void outgoing.destroy());
      return seen;
    };
    const without = states('/v1/events');
    const asked = states('/v1/events?status=1');
    const count = (seen: string[]): number => seen.join('').split('event: status').length - 1;

    await expect.poll(() => count(asked), { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
    expect(asked.join('')).toContain(JSON.stringify(STATUS).slice(0, 200));
    expect(count(without)).toBe(0);
  });

  test('a reader that has not taken the last state gets no older ones piled up, and is not dropped for it', () => {
    let dropped = false;
    const reader = new EventClient(2, () => (dropped = true));
    for (let turn = 0; turn < 10; turn += 1) reader.offerLatest({ event: 'status', data: String(turn) });
    expect(dropped).toBe(false);
    expect(reader.offer({ comment: 'room is left' })).toBe(true);
  });

  test('rates are growth per second over the last ten, also when a counter starts anew', () => {
    const rates = new StatRates();
    const stats = (errors: number) => ({ ...STATUS.stats, errors });
    expect(rates.next(stats(4_294_967_290), 0)).toBeNull();
    expect(rates.next(stats(4), 1_000)).toMatchObject({ errors: 10, cycler_iterations: 0 });
    for (let second = 2; second <= 30; second += 1) rates.next(stats(4), second * 1_000);
    expect(rates.next(stats(4), 31_000)).toMatchObject({ errors: 0 });
  });
});
