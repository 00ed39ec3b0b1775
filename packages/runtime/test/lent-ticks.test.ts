import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@mtrade/base';
import { createBoard, emptyPriceCell } from '@mtrade/board';
import { type FeedHandlers, Reactor, type ScaledPrice, type Tick } from '@mtrade/engine';
import { expect, test } from 'vitest';
import { LiveSource } from '../src/paper/live-source.js';

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

const WRONG: ScaledPrice = { mantissa: 666, decimals: 6 };

/** Hands the tick over as the feed does, lent for the call only, and spoils it and each of its prices afterwards. */
function lend(onTick: FeedHandlers['onTick'], tick: Tick): void {
  const lent: Writable<Tick> = structuredClone(tick);
  const prices = [lent.bid, lent.ask, lent.last, ...(lent.asks ?? [])];
  onTick(lent);
  for (const price of prices) if (price !== null) Object.assign(price, WRONG);
  Object.assign(lent, { symbol: 'DOGE/USDT', bid: WRONG, ask: WRONG, exchangeMs: 1, receivedMono: 1 });
}

const price = (mantissa: number): ScaledPrice => ({ mantissa, decimals: 1 });
const tickOf = (symbol: string, mantissa: number): Tick => ({
  symbol,
  bid: price(mantissa),
  ask: price(mantissa + 5),
  last: null,
  asks: [price(mantissa + 5), price(mantissa + 6)],
  exchangeMs: systemClock.epochMs(),
  receivedMono: systemClock.monoMs(),
});

test('live paper prices outlive the tick that brought them', async () => {
  let heard: FeedHandlers['onTick'] = () => undefined;
  const source = new LiveSource([], {
    start: ({ onTick }) => {
      heard = onTick;
    },
    close: () => undefined,
  });
  lend(heard, tickOf('ETH/USDT', 20_000));
  lend(heard, tickOf('BTC/USDT', 600_000));

  expect(source.next(0, 10)).toMatchObject([
    { symbol: 'ETH/USDT', quote: { bid: price(20_000), ask: price(20_005) } },
    { symbol: 'BTC/USDT', quote: { bid: price(600_000), ask: price(600_005) } },
  ]);
  await source.close();
});

test("the reactor's cells outlive the tick that brought them", () => {
  const board = createBoard({ symbols: ['ETH/USDT', 'BTC/USDT'], urgentCapacity: 10 });
  const options = { debounceMs: 0, staleAfterMs: 5_000, maxJumpPct: 30 };
  const reactor = new Reactor(options, { board, clock: systemClock });
  // Twice: what one tick leaves behind must not judge the next one either.
  for (const step of [0, 1]) {
    lend((tick) => reactor.onTick(tick), tickOf('ETH/USDT', 20_000 + step));
    lend((tick) => reactor.onTick(tick), tickOf('BTC/USDT', 600_000 + step));
  }

  const cells = [0, 1].map((pair) => {
    const cell = emptyPriceCell();
    board.prices.read(pair, cell);
    return cell;
  });
  expect(cells).toMatchObject([
    { bidMantissa: 20_001, askMantissa: 20_006, levelAskMantissa: 20_006, suspectSinceMono: -1 },
    { bidMantissa: 600_001, askMantissa: 600_006, levelAskMantissa: 600_006, suspectSinceMono: -1 },
  ]);
});

/** Everybody who opens the feed, and why a tick that is lent does him no harm. Whoever is new here has a test above. */
const LISTENERS = {
  'packages/runtime/src/paper/live-source.ts': 'keeps quotes: tested above',
  'packages/runtime/src/recording/recorder.ts': 'hears no tick: it writes frames as they come',
  'packages/runtime/src/workers/reactor.worker.ts': 'hands on to the reactor: tested above',
  'test/bench/frames/intake.child.ts': 'counts, and hands on to the reactor',
  'test/e2e/venue-against-exchange.test.ts': 'keeps clones',
  'test/fuzz/targets/ws.ts': 'checks at once, and hands on to the reactor',
};

test('nobody else listens to ticks', () => {
  const root = join(import.meta.dirname, '../../..');
  const folders = ['packages', 'apps']
    .flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}/src`))
    .concat('test');
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.m?tsx?$|\.mjs$/.test(name) && !name.includes('node_modules'))
      .map((name) => `${folder}/${name}`),
  );
  const opening = files.filter(
    (path) =>
      path !== 'packages/feed/src/gate-feed.ts' &&
      readFileSync(join(root, path), 'utf8').includes('createGateFeed('),
  );

  expect(opening.sort()).toEqual(Object.keys(LISTENERS));
});
