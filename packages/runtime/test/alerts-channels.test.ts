import { createHmac } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@mtrade/base';
import { registerSecret } from '@mtrade/log';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AlertChannel } from '../src/alerts/channel.js';
import { commandChannel } from '../src/alerts/command.js';
import { telegramChannel } from '../src/alerts/telegram.js';
import { testChannels } from '../src/alerts/test-channels.js';
import { webhookChannel } from '../src/alerts/webhook.js';
import { alert, SOURCE, startReceiver, until } from './alerts-harness.js';

const deliver = (channel: AlertChannel, limitMs = 10_000): Promise<void> =>
  channel.deliver(alert(), AbortSignal.timeout(limitMs));
const failure = async (channel: AlertChannel, limitMs?: number): Promise<Error> =>
  deliver(channel, limitMs).then(
    () => {
      throw new Error('it was delivered');
    },
    (error: unknown) => error as Error,
  );
const webhook = (url: string, allowPrivate = false): AlertChannel =>
  webhookChannel({ url, secret: 'sign-me', allowPrivate, source: SOURCE }, { clock: systemClock });

describe('webhook', () => {
  test('is signed over time, nonce and body, as its receiver can prove', async () => {
    const receiver = await startReceiver();

    await deliver(webhook(`${receiver.url}/in`));

    const [{ path, headers, body }] = receiver.received as [(typeof receiver.received)[number]];
    const text = `${String(headers['x-mtrade-timestamp'])}.${String(headers['x-mtrade-nonce'])}.${body}`;
    expect(headers['x-mtrade-signature']).toBe(
      `v1=${createHmac('sha256', 'sign-me').update(text).digest('hex')}`,
    );
    expect(Math.abs(Date.now() - Number(headers['x-mtrade-timestamp']))).toBeLessThan(30_000);
    expect(path).toBe('/in');
    expect(JSON.parse(body)).toMatchObject({
      schema: 1,
      status: 'raised',
      condition: 'pair.attention',
      symbol: 'ETH/USDT',
      text: '[mtrade paper trader-1] ALERT ETH/USDT: needs attention: look',
    });
    expect(body + JSON.stringify(headers)).not.toContain('sign-me');
  });

  test('no two deliveries carry the same nonce (S13)', async () => {
    const receiver = await startReceiver();
    await deliver(webhook(receiver.url));
    await deliver(webhook(receiver.url));
    expect(new Set(receiver.received.map(({ headers }) => headers['x-mtrade-nonce'])).size).toBe(2);
  });

  test.each([
    ['http://10.0.0.1/x', /inside a network/],
    ['https://192.168.1.1/x', /inside a network/],
    ['https://[fe80::1]/x', /inside a network/],
    ['http://example.org/x', /http is not allowed/],
  ])('%s is not called (S14)', async (url, says) => {
    expect((await failure(webhook(url))).message).toMatch(says);
  });

  test('a name that leads into this machine is not followed there (S14)', async () => {
    const receiver = await startReceiver();
    const port = new URL(receiver.url).port;
    // The name of this machine resolves to itself, and it is no literal loopback address.
    const named = `https://localhost.localdomain:${port}/`;
    await failure(webhook(named));
    expect(receiver.received).toEqual([]);
  });

  test('a redirect is not followed (S14)', async () => {
    const [receiver, inner] = [await startReceiver(), await startReceiver()];
    receiver.answer = (response) => response.writeHead(302, { location: inner.url }).end();

    expect((await failure(webhook(receiver.url))).message).toMatch(/HTTP 302/);
    expect(inner.received).toEqual([]);
  });

  test('an endless answer and a silent receiver end the attempt', async () => {
    const receiver = await startReceiver();
    receiver.answer = (response) => {
      const timer = setInterval(() => response.write('x'.repeat(1_000)), 1);
      response.on('close', () => clearInterval(timer));
    };
    await deliver(webhook(receiver.url));
    receiver.answer = () => undefined;
    expect((await failure(webhook(receiver.url), 100)).message).toMatch(/in time/);
  });
});

describe('telegram', () => {
  const token = '12345:telegram-canary';
  const bot = (url: string): AlertChannel =>
    telegramChannel({ url, token, chatId: '-100', allowPrivate: false, source: SOURCE });

  test('sends plain text to the chat by the Bot API', async () => {
    const receiver = await startReceiver();
    await deliver(bot(receiver.url));
    const [{ path, body }] = receiver.received as [(typeof receiver.received)[number]];
    expect(path).toBe(`/bot${token}/sendMessage`);
    expect(JSON.parse(body)).toMatchObject({ chat_id: '-100', text: expect.stringContaining('ETH/USDT') });
    expect(JSON.parse(body)).not.toHaveProperty('parse_mode');
  });

  test('its token shows in no error, even when the receiver repeats it (I23)', async () => {
    const receiver = await startReceiver();
    receiver.answer = (response) => response.writeHead(404).end(`no such method /bot${token}/sendMessage`);
    expect((await failure(bot(receiver.url))).message).not.toContain('telegram-canary');
    expect((await failure(bot('http://127.0.0.1:1'))).message).not.toContain('telegram-canary');
  });
});

describe('command', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'mtrade-alert-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const script = (text: string, ...words: string[]): AlertChannel => {
    const path = join(directory, 'program.mjs');
    writeFileSync(path, text);
    return commandChannel({ argv: [process.execPath, path, ...words], source: SOURCE });
  };

  test('gets the alert as JSON on its input and its arguments untouched by a shell', async () => {
    const out = join(directory, 'out');
    const channel = script(
      `import { readFileSync, writeFileSync } from 'node:fs';
       writeFileSync(process.argv[2], JSON.stringify({ input: JSON.parse(readFileSync(0, 'utf8')), word: process.argv[3] }));`,
      out,
      '$(id) ; x',
    );
    await deliver(channel);
    const { input, word } = JSON.parse(readFileSync(out, 'utf8')) as { input: object; word: string };
    expect(input).toMatchObject({ condition: 'pair.attention', symbol: 'ETH/USDT' });
    expect(word).toBe('$(id) ; x');
  });

  test('inherits no variable that could be a secret', async () => {
    const out = join(directory, 'out');
    process.env['SOME_CANARY'] = 'canary-value';
    try {
      await deliver(
        script(
          `import { writeFileSync } from 'node:fs'; writeFileSync(process.argv[2], JSON.stringify(process.env));`,
          out,
        ),
      );
    } finally {
      delete process.env['SOME_CANARY'];
    }
    expect(readFileSync(out, 'utf8')).not.toContain('canary-value');
  });

  test('that fails says why, in bounded words', async () => {
    const channel = script(`console.error('no route to pager ' + 'x'.repeat(1e6)); process.exitCode = 7;`);
    const { message } = await failure(channel);
    expect(message).toMatch(/ended with 7: no route to pager/);
    expect(message.length).toBeLessThan(1_000);
  });

  test('that hangs is ended with everything it has started', async () => {
    const mark = join(directory, 'child-pid');
    const channel = script(
      `import { spawn } from 'node:child_process'; import { writeFileSync } from 'node:fs';
       const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { stdio: 'inherit' });
       writeFileSync(process.argv[2], String(child.pid)); setInterval(() => 0, 1000);`,
      mark,
    );
    const stop = new AbortController();
    const delivered = channel.deliver(alert(), stop.signal).catch((error: unknown) => error as Error);
    await until('the program has a child', () => existsSync(mark) && readFileSync(mark, 'utf8') !== '');
    stop.abort();
    expect(String(await delivered)).toMatch(/took too long/);
    const child = Number(readFileSync(mark, 'utf8'));
    await until('the child is gone', () => {
      try {
        process.kill(child, 0);
        return readFileSync(`/proc/${child}/stat`, 'utf8').includes(') Z ');
      } catch {
        return true;
      }
    });
  });

  test('that does not exist is a failure, not a crash', async () => {
    const channel = commandChannel({ argv: [join(directory, 'nothing')], source: SOURCE });
    expect((await failure(channel)).message).toMatch(/ENOENT/);
  });
});

test('a test message tells for each channel whether it arrived', async () => {
  const receiver = await startReceiver();
  registerSecret('sign-me');
  const results = await testChannels(
    [
      webhook(receiver.url),
      webhook('http://127.0.0.1:1/x'),
      commandChannel({ argv: ['/bin/false'], source: SOURCE }),
    ],
    { timeoutMs: 5_000, clock: systemClock },
  );
  expect(results.map(({ channel, error }) => [channel, error === null])).toEqual([
    ['webhook', true],
    ['webhook', false],
    ['command', false],
  ]);
  expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ status: 'test' });
});
