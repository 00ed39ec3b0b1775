import { emptyEngineGauge, emptyPairGauge } from '@mtrade/board';
import { PUBLIC_STATES } from '@mtrade/cycle';
import type { PairView } from '@mtrade/engine';
import type { World } from './world.js';

/** What shared memory says of a pair, in the words of the view. */
export function gaugeOf(world: World, symbol: string) {
  const gauge = emptyPairGauge();
  if (!world.board.gauges.readPair(world.board.indexOf(symbol), gauge)) throw new Error('nothing was told');
  const { unprotectedSinceMono } = gauge;
  return {
    state: PUBLIC_STATES[gauge.state],
    trade: gauge.isPermitted,
    paused: gauge.isPaused,
    attention: gauge.needsAttention,
    step: gauge.step,
    invested: gauge.invested,
    profit: gauge.realizedProfit,
    unprotected_ms: unprotectedSinceMono < 0 ? null : world.clock.now - unprotectedSinceMono,
  };
}

export const viewOf = (pair: PairView) => ({
  state: pair.state,
  trade: pair.trade,
  paused: pair.paused,
  attention: pair.attention !== null,
  step: pair.step,
  invested: Number(pair.invested),
  profit: Number(pair.realized_profit),
  unprotected_ms: pair.protection?.unprotected_ms ?? null,
});

/** Unknown orders of all pairs, as shared memory has them. */
export const unknownIntents = (world: World): number =>
  world.symbols.reduce((sum, symbol) => {
    const gauge = emptyPairGauge();
    world.board.gauges.readPair(world.board.indexOf(symbol), gauge);
    return sum + gauge.unknownIntents;
  }, 0);

export function engineGauge(world: World) {
  const gauge = emptyEngineGauge();
  if (!world.board.gauges.readEngine(gauge)) throw new Error('nothing was told');
  return gauge;
}
