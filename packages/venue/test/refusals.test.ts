import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Clock, type MonoMs, systemClock } from '@mtrade/base';
import type { VenueNews } from '@mtrade/engine';
import { afterEach, describe, expect, test } from 'vitest';
import { type Answer, json, order, PERMITTED, type Setup, setUp } from './exchange-stub.js';
import { selfSigned } from './self-signed.js';

let setup: Setup | null = null;
afterEach(async () => {
  await setup?.close();
  setup = null;
});

async function venueWith(answer: Answer, options: Parameters<typeof setUp>[1] = {}): Promise<Setup> {
  setup = await setUp(answer, options);
  return setup;
}

/** The real clock, which a test can move on. */
function movable(): Clock & { aheadMs: number } {
  const clock = {
    aheadMs: 0,
    epochMs: systemClock.epochMs,
    monoMs: (): MonoMs => (systemClock.monoMs() + clock.aheadMs) as MonoMs,
  };
  return clock;
}

const pauses = (news: readonly VenueNews[]) => news.flatMap((one) => (one.type === 'paused' ? [one] : []));

describe('the exchange wants quiet: no call of any kind goes out, and it is told for how long', () => {
  test.each<[string, number, string, Record<string, string>, string, number]>([
    [
      'N14: 429 with Retry-After',
      429,
      '{"label":"TOO_MANY_REQUESTS"}',
      { 'retry-after': '7' },
      'rate_limited',
      7_000,
    ],
    ['N14: 429 without a word', 429, '', {}, 'rate_limited', 1_000],
    ['N15: 418 with Retry-After', 418, '', { 'retry-after': '3600' }, 'banned', 3_600_000],
    ['N15: 418 without a word', 418, '', {}, 'banned', 120_000],
    ['N15: 418 for longer than anybody bans', 418, '', { 'retry-after': '9999999' }, 'banned', 259_200_000],
    ["N16: a firewall's 403", 403, '<html>Forbidden</html>', {}, 'blocked', 60_000],
  ])('%s', async (_, status, body, headers, reason, forMs) => {
    const clock = movable();
    const { venue, seen, news } = await venueWith((__, response) => json(response, status, body, headers), {
      clock,
    });
    await expect(venue.balances()).rejects.toThrow(`HTTP ${status}`);
    const asked = seen.length;

    const [pause] = pauses(news);
    expect(pause?.reason).toBe(reason);
    expect(Math.abs((pause?.untilMono ?? 0) - systemClock.monoMs() - forMs)).toBeLessThan(900);

    await expect(venue.fills('BTC/USDT', '1')).rejects.toThrow('not sent');
    await expect(venue.measureClock()).rejects.toThrow('not sent');
    expect(await venue.place(order(), PERMITTED)).toMatchObject({ type: 'rejected' });
    expect(seen).toHaveLength(asked);

    clock.aheadMs = forMs + 1_000;
    await expect(venue.balances()).rejects.toThrow(`HTTP ${status}`);
    expect(seen).toHaveLength(asked + 1);
  });

  test.each([403, 418])(
    'N15, N16: an order that is answered with %i may have been placed',
    async (status) => {
      const { venue } = await venueWith((_, response) => json(response, status, '<html>no</html>'));
      expect(await venue.place(order(), PERMITTED)).toMatchObject({ type: 'unknown' });
    },
  );
});

describe('what an answer means for every other call', () => {
  test.each(['INVALID_KEY', 'INVALID_SIGNATURE', 'IP_FORBIDDEN', 'READ_ONLY'])(
    'N17, N18: %s is told, whatever call it was, and is definite for an order',
    async (label) => {
      const { venue, news, seen } = await venueWith((_, response) => json(response, 401, { label }));
      await expect(venue.balances()).rejects.toMatchObject({ label });
      expect(await venue.place(order(), PERMITTED)).toMatchObject({ type: 'rejected', label });
      expect(news.filter((one) => one.type === 'key-refused')).toEqual([
        { type: 'key-refused', label },
        { type: 'key-refused', label },
      ]);
      expect(seen).toHaveLength(2);
    },
  );

  test('N17: a key that may not look at the wallet is still one to trade with', async () => {
    const { venue, news } = await venueWith((request, response) =>
      request.path.includes('wallet')
        ? json(response, 403, { label: 'FORBIDDEN', message: 'no' })
        : json(response, 200, []),
    );
    await venue.loadRules([]);
    expect(news.some((one) => one.type === 'key-refused')).toBe(false);
  });

  test('N19: REQUEST_EXPIRED is about the clock, not about the key, and the order was not placed', async () => {
    const { venue, news } = await venueWith((_, response) =>
      json(response, 401, { label: 'REQUEST_EXPIRED', message: 'gap' }),
    );
    expect(await venue.place(order(), PERMITTED)).toMatchObject({
      type: 'rejected',
      label: 'REQUEST_EXPIRED',
    });
    expect(news).toEqual([{ type: 'spent', calls: 1 }, { type: 'clock-doubted' }]);
  });

  test('every request that goes out is told of, every page of a list too', async () => {
    const { venue, news, seen } = await venueWith((_, response) => json(response, 200, []));
    await venue.scan('BTC/USDT', 't-x', 0 as never);
    await venue.balances();
    expect(seen).toHaveLength(4);
    expect(news).toEqual(seen.map(() => ({ type: 'spent', calls: 1 })));
  });
});

describe('no way to the exchange', () => {
  test('N21: a name that does not exist leaves an order unknown, and a read says so', async () => {
    const { venue } = await venueWith(() => undefined, { restUrl: 'https://exchange.invalid' });
    expect(await venue.place(order(), PERMITTED)).toMatchObject({ type: 'unknown' });
    await expect(venue.balances()).rejects.toMatchObject({ phase: 'connect' });
  });

  test.each([
    ['an own certificate that nobody signed', '/CN=localhost', 'DNS:localhost', 'localhost'],
    ['a certificate of another host', '/CN=elsewhere.example', 'DNS:elsewhere.example', 'localhost'],
  ])('N22: %s is refused before a byte of an order is written', async (_, subject, names, host) => {
    const { key, cert } = selfSigned(subject, names);
    let requests = 0;
    const server = createServer({ key, cert }, (__, response) => {
      requests += 1;
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    try {
      const restUrl = `https://${host}:${(server.address() as AddressInfo).port}`;
      const { venue } = await venueWith(() => undefined, { restUrl });
      expect(await venue.place(order(), PERMITTED)).toMatchObject({ type: 'unknown' });
      await expect(venue.balances()).rejects.toMatchObject({
        code: 'MTRADE_EXCHANGE_UNAVAILABLE',
        phase: 'connect',
        message: expect.stringMatching(/certificate|altnames/i) as string,
      });
      expect(requests).toBe(0);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
