import { systemClock } from '@mtrade/base';
import type { VenueNews } from '@mtrade/engine';
import { silentLogger } from '@mtrade/log';
import { expect, test, vi } from 'vitest';
import { createGateVenue, type HttpClient } from '@mtrade/venue';

test('a rehearsed order is built and signed as a real one is, and goes nowhere', async () => {
  const send = vi.fn<HttpClient['send']>(() => Promise.reject(new Error('nothing may be sent')));
  const onNews = vi.fn<(news: VenueNews) => void>();
  const venue = await createGateVenue(
    { restUrl: 'http://127.0.0.1:9', apiKey: 'key', apiSecret: 'secret', symbols: ['ETH/USDT'] },
    { log: silentLogger, clock: systemClock, http: { send, close: async () => undefined }, onNews },
  );

  for (let time = 0; time < 3; time += 1) venue.rehearse();

  expect(send).not.toHaveBeenCalled();
  expect(onNews).not.toHaveBeenCalled();
});

test('a rehearsal that cannot sign ends no thread', async () => {
  const venue = await createGateVenue(
    { restUrl: 'http://127.0.0.1:9', apiKey: '', apiSecret: '', symbols: ['ETH/USDT'] },
    { log: silentLogger, clock: systemClock },
  );

  expect(() => venue.rehearse()).not.toThrow();
  await venue.close();
});
