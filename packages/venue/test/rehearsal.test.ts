import { systemClock } from '@mtrade/base';
import type { VenueNews } from '@mtrade/engine';
import { silentLogger } from '@mtrade/log';
import { afterEach, expect, test, vi } from 'vitest';
import { createGateVenue, type GateVenue, type HttpClient } from '@mtrade/venue';
import { PERMITTED, withWord } from './exchange-stub.js';

const send = vi.fn<HttpClient['send']>(() => Promise.reject(new Error('nothing may be sent')));
const onNews = vi.fn<(news: VenueNews) => void>();
let venue: GateVenue;

const open = async (keys: { apiKey: string; apiSecret: string }): Promise<void> => {
  venue = await createGateVenue(
    { restUrl: 'http://127.0.0.1:9', ...keys, symbols: ['ETH/USDT'] },
    { log: silentLogger, clock: systemClock, http: { send, close: async () => undefined }, onNews },
  );
};

const rehearse = () => venue.rehearsal.place(venue.rehearsal.order(), PERMITTED);

afterEach(() => venue.close());

test('a rehearsed order is built, signed, written and answered as a real one is, and goes nowhere', async () => {
  await open({ apiKey: 'key', apiSecret: 'secret' });

  for (let time = 0; time < 3; time += 1)
    expect(await rehearse()).toMatchObject({ type: 'acked', finished: true, finishAs: 'fok' });

  expect(send).not.toHaveBeenCalled();
  expect(onNews).not.toHaveBeenCalled();
});

test('a rehearsed order that is not permitted is not written either', async () => {
  await open({ apiKey: 'key', apiSecret: 'secret' });

  const outcome = await venue.rehearsal.place(venue.rehearsal.order(), withWord(false));

  expect(outcome).toMatchObject({ type: 'rejected', label: 'NOT_SENT' });
});

test('a rehearsal that cannot sign ends no thread', async () => {
  await open({ apiKey: '', apiSecret: '' });

  expect(await rehearse()).toMatchObject({ type: 'rejected', label: 'NOT_SENT' });
});
