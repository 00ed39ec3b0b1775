import type { Clock, EpochMs, MonoMs } from '@mtrade/base';
import type { OrderRequest, PlaceOutcome, Venue } from '@mtrade/engine';
import { silentLogger } from '@mtrade/log';
import { createGateVenue, type HttpReply, rejectionKind, VenueError } from '@mtrade/venue';
import type { Random } from '../../simulation/random.js';
import { mutateJson } from '../mutate.js';
import { requireAmount, requireCleanPrototype, requireEvidence } from '../promises.js';
import * as samples from '../samples.js';
import { Broken, type Target } from '../target.js';

/** As if the books had the intent. */
const PERMITTED = { permission: { now: () => true, later: () => Promise.resolve(true) } };

const { SYMBOL, PAIR, CLIENT_ID, ORDER_ID } = samples;

/** The real adapter with every answer of the exchange written by chance; only the socket is not there (N09, N26, X30). */
export const rest: Target = {
  open: async () => {
    const calls = new Calls();
    const venue = await calls.openVenue();
    // A measured clock moves deadlines: it is measured at a venue of its own.
    const clockVenue = await calls.openVenue();
    return {
      step: async (random) => {
        calls.begin(random);
        const kind = random.pick(KINDS);
        await kind(kind === clock ? clockVenue : venue, calls);
        requireCleanPrototype(calls.said);
        return 1;
      },
      close: async () => {
        await venue.close();
        await clockVenue.close();
      },
    };
  },
};

/** The exchange's side: what it is asked, and what it says. */
class Calls {
  #random: Random | null = null;
  #nowMs = 1_710_488_334_000;
  readonly posts: string[] = [];
  /** All answers of this step. */
  said = '';
  status = 200;
  answer: () => readonly [status: number, body: unknown] = () => [200, []];

  begin(random: Random): void {
    this.#random = random;
    this.posts.length = 0;
    this.said = '';
    // An answer may have asked for quiet; the next step comes after it.
    this.#nowMs += 3_600_000;
  }

  get random(): Random {
    return this.#random as Random;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  readonly #clock: Clock = {
    epochMs: () => this.#nowMs as EpochMs,
    monoMs: () => (this.#nowMs - 1_700_000_000_000) as MonoMs,
  };

  openVenue(): Promise<Venue> {
    return createGateVenue(
      { restUrl: 'http://127.0.0.1:1', apiKey: 'key', apiSecret: 'secret', symbols: [SYMBOL] },
      {
        log: silentLogger,
        clock: this.#clock,
        http: {
          send: async (request, { mayStart = () => true } = {}) => {
            if (!mayStart()) throw new Error('too late');
            if (request.method !== 'GET') this.posts.push(request.url);
            return this.#reply();
          },
          close: () => Promise.resolve(),
        },
      },
    );
  }

  #reply(): HttpReply {
    const { random } = this;
    const [usual, body] = this.answer();
    this.status = random.chance(0.9)
      ? usual
      : random.pick([200, 201, 202, 204, 301, 400, 401, 403, 404, 418, 429, 500, 502, 524]);
    const text = mutateJson(body, random).toString('utf8');
    this.said += text;
    const headers: Record<string, string> = random.chance(0.1)
      ? { 'retry-after': random.pick(['1', '-1', '1e999', 'NaN', 'tomorrow', '99999999999999999999']) }
      : {};
    return { status: this.status, headers, text };
  }
}

const requestOf = (calls: Calls): OrderRequest => ({
  intentId: 1,
  clientOrderId: CLIENT_ID,
  symbol: SYMBOL,
  side: 'buy',
  ...(calls.random.chance(0.5)
    ? { type: 'limit', amount: '0.001', price: '65000.1' }
    : { type: 'market', amount: '60', price: null }),
  timeInForce: 'ioc',
  deadlineMs: (calls.nowMs + 3_000) as EpochMs,
});

/** What is not definite must be unknown; what is accepted must be our own order, by its own words (N09, N26). */
async function place(venue: Venue, calls: Calls): Promise<void> {
  calls.answer = () => calls.random.pick(samples.PLACED);
  const outcome = await venue.place(requestOf(calls), PERMITTED);
  const { said, status } = calls;
  if (calls.posts.length !== 1) throw new Broken(`${calls.posts.length} requests for one order`, said);
  if (outcome.type === 'acked') return requireOurs(outcome, status, said);
  if (outcome.type === 'rejected') {
    const { label } = JSON.parse(said) as { label: unknown };
    const isDefinite = typeof label === 'string' && rejectionKind(label) !== null && label === outcome.label;
    if (status < 400 || status >= 500 || !isDefinite)
      throw new Broken(`HTTP ${status} was taken for a refusal`, said);
    const { retryAfterMs } = outcome;
    if (retryAfterMs !== null && !(retryAfterMs >= 0 && retryAfterMs <= Number.MAX_SAFE_INTEGER))
      throw new Broken(`a wait of ${retryAfterMs} ms`, said);
    return;
  }
  if (outcome.type !== 'unknown') throw new Broken('no outcome', said);
}

function requireOurs(outcome: PlaceOutcome & { type: 'acked' }, status: number, said: string): void {
  const row = JSON.parse(said) as Record<string, unknown>;
  if (status < 200 || status >= 300) throw new Broken(`HTTP ${status} was taken for an order`, said);
  if (row['text'] !== CLIENT_ID || row['currency_pair'] !== PAIR || row['side'] !== 'buy')
    throw new Broken('N26: an answer about another order was taken for ours', said);
  if (outcome.exchangeOrderId === '' || outcome.exchangeOrderId !== String(row['id']))
    throw new Broken(`the order is called ${outcome.exchangeOrderId}`, said);
  requireAmount('the filled base', outcome.filledBase, said);
  requireAmount('the filled quote', outcome.filledQuote, said);
}

/** A read either answers with something that makes sense or fails as a VenueError. */
async function reading<T>(calls: Calls, read: () => Promise<T>, check: (value: T) => void): Promise<void> {
  let value: T;
  try {
    value = await read();
  } catch (error) {
    if (error instanceof VenueError) return;
    throw new Broken(`a read failed with ${String(error)}`, calls.said);
  }
  check(value);
}

const rowsOf = (calls: Calls, row: unknown): unknown[] =>
  Array.from({ length: calls.random.below(4) }, () => row);

function order(venue: Venue, calls: Calls): Promise<void> {
  calls.answer = () => [200, samples.ORDER];
  return reading(calls, () => venue.order(SYMBOL, ORDER_ID), (evidence) => {
    requireEvidence(evidence, calls.said);
    if (evidence.exchangeOrderId !== ORDER_ID) throw new Broken('another order was taken for ours', calls.said);
  }); // prettier-ignore
}

function fills(venue: Venue, calls: Calls): Promise<void> {
  calls.answer = () => [200, rowsOf(calls, samples.TRADE)];
  return reading(calls, () => venue.fills(SYMBOL, ORDER_ID), (found) => {
    for (const fill of found) {
      if (!fill.baseAmount.gt('0') || !fill.price.gt('0'))
        throw new Broken(`a trade of ${fill.baseAmount.toFixed()} at ${fill.price.toFixed()}`, calls.said);
      if (fill.tradeId === '' || !Number.isSafeInteger(fill.epochMs) || fill.epochMs <= 0)
        throw new Broken('a trade without name or time', calls.said);
    }
    if (new Set(found.map(({ tradeId }) => tradeId)).size !== found.length)
      throw new Broken('one trade twice', calls.said);
  }); // prettier-ignore
}

async function scan(venue: Venue, calls: Calls): Promise<void> {
  calls.answer = () => [200, rowsOf(calls, calls.random.chance(0.7) ? samples.ORDER : samples.TRADE)];
  const { found, record } = await venue.scan(SYMBOL, CLIENT_ID, (calls.nowMs - 60_000) as EpochMs);
  for (const evidence of found) {
    requireEvidence(evidence, calls.said);
    if (evidence.clientOrderId !== CLIENT_ID) throw new Broken('a scan found another order', calls.said);
  }
  if (typeof record.complete !== 'boolean')
    throw new Broken('a scan that does not say how far it went', calls.said);
}

function balances(venue: Venue, calls: Calls): Promise<void> {
  calls.answer = () => [200, samples.ACCOUNTS];
  return reading(calls, () => venue.balances(), (found) => {
    for (const [coin, { available, locked }] of Object.entries(found))
      if (coin === '' || !/^-?\d/.test(available.toFixed() + locked.toFixed()))
        throw new Broken(`a balance of ${coin}`, calls.said);
  }); // prettier-ignore
}

function rules(venue: Venue, calls: Calls): Promise<void> {
  calls.answer = () => [200, calls.random.chance(0.8) ? samples.PAIRS : samples.FEE];
  return reading(calls, () => venue.loadRules([SYMBOL]), (found) => {
    for (const one of found) {
      const isSane =
        one.symbol === SYMBOL && one.amountStep.gt('0') && one.priceStep.gt('0') && one.minBase.gte('0') &&
        one.minQuote.gte('0') && one.feeRate.gte('0') && one.feeRate.lt('0.5');
      if (!isSane) throw new Broken('rules that nobody can trade by', calls.said);
    }
  }); // prettier-ignore
}

function clock(venue: Venue, calls: Calls): Promise<void> {
  calls.answer = () => [200, samples.TIME];
  return reading(calls, () => venue.measureClock(), ({ exchangeMinusMono, errorMs }) => {
    if (!Number.isFinite(exchangeMinusMono) || !(errorMs >= 0))
      throw new Broken(`a clock of ${exchangeMinusMono} +- ${errorMs}`, calls.said);
  }); // prettier-ignore
}

const KINDS = [place, place, place, order, fills, scan, balances, rules, clock] as const;
