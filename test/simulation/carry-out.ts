import { DEFAULT_USER_ID } from '@mtrade/market-sim';
import { decimal, floorToStep, scaled, text } from '@mtrade/money';
import type { ImmediateFault } from './armed-faults.js';
import { amountOf, pairIndex } from './fault.js';
import type { ScenarioPair } from './scenario.js';
import type { World } from './world.js';

const LATE_FRAMES_MS = 120_000;

/** Does what a fault says, where nothing has to be waited for. */
export function carryOut(world: World, fault: ImmediateFault): void {
  const { value } = fault;
  const { nowMs } = world.time;
  const index = pairIndex(fault, world.symbols.length);
  const amount = amountOf(fault);
  const symbol = world.symbols[index] as string;
  const untilMs = nowMs + amount * 1_000;
  switch (fault.kind) {
    case 'outage':
      return world.weather.cutOff(nowMs + value);
    case 'feed-stale':
      return world.weather.silenceFeed(index, untilMs);
    case 'frames-late':
      return world.weather.delayFeed(index, nowMs + LATE_FRAMES_MS, amount * 1_000);
    case 'price-spike':
      return world.spike(index, amount);
    case 'stream-lost':
      return world.weather.loseStream(nowMs + value);
    case 'stream-late':
      return world.weather.delayStream(value);
    case 'price-jump':
      world.markets[index]?.jump(1 + (amount - 500) / 1_000);
      return world.tick(index);
    case 'thin-book':
      return world.markets[index]?.thin(untilMs);
    case 'trade-status': {
      const status = (['buyable', 'sellable', 'untradable'] as const)[amount % 3] ?? 'untradable';
      world.exchange.core.setTradeStatus(symbol, status, world.time.exchangeMs());
      return world.at(untilMs, null, () => world.openMarket(symbol));
    }
    case 'reactor-death':
      return world.current?.killReactor();
    case 'clock-jump':
      return world.time.jump(value);
    case 'pause':
    case 'resume':
    case 'reset':
    case 'sell-now':
      return world.current?.command({ name: fault.kind, symbol });
    case 'forbid':
    case 'permit':
      return world.current?.command({ name: 'permit', symbol, on: fault.kind === 'permit' });
    case 'trading-off':
    case 'trading-on':
      return world.current?.command({ name: 'trading', on: fault.kind === 'trading-on' });
    case 'user-buys':
      return buyByHand(world, symbol, String(amount));
    case 'user-trades':
      for (let count = 0; count < amount; count += 1) buyByHand(world, symbol, '3.5');
      return;
    case 'user-sells':
      return sellByHand(world, world.scenario.pairs[index] as ScenarioPair, amount);
    case 'stop-cancelled':
      return world.exchange.cancelStopByHand(symbol);
    case 'restore':
      return world.restore(value);
  }
}

function buyByHand({ exchange }: World, symbol: string, quote: string): void {
  exchange.placeByHand({ symbol, side: 'buy', type: 'market', timeInForce: 'ioc', amount: quote });
}

function sellByHand(world: World, { spec }: ScenarioPair, percent: number): void {
  const balance = world.exchange.core.balances(DEFAULT_USER_ID)[spec.base];
  if (!balance) return;
  const share = decimal(balance.available)
    .times(decimal(String(percent)))
    .div(decimal('100'));
  const amount = text(floorToStep(share, scaled(1, spec.amountDecimals)));
  world.coinsMayBeMissing = true;
  const { symbol } = spec;
  world.exchange.placeByHand({ symbol, side: 'sell', type: 'market', timeInForce: 'ioc', amount });
}
