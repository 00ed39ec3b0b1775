import type { Clock, MonoMs } from '@mtrade/base';
import {
  type Board,
  type ClockReading,
  emptyPairGauge,
  emptyPriceCell,
  emptyTriggerCell,
  type PairGauge,
} from '@mtrade/board';
import { ExchangeClock, frameAgeMs } from '@mtrade/engine';

/** Everything that shared memory has of one pair at this moment, as numbers for display. */
export interface PairReading {
  readonly symbol: string;
  /** Null before the cycler has told. */
  readonly gauge: Readonly<PairGauge> | null;
  readonly bid: number | null;
  readonly ask: number | null;
  /** Infinity while there is no price. */
  readonly priceAgeMs: number;
  /** Null where nobody has to decide. */
  readonly decisionAgeMs: number | null;
  /** Levels at which the pair acts without delay; null while there is none. */
  readonly buyAtOrBelow: number | null;
  readonly sellAtOrAbove: number | null;
}

/** `cyclerBornMono`: a pair that nobody has looked at yet has waited since then. */
export function readPairs(board: Board, clock: Clock, cyclerBornMono: number | null): readonly PairReading[] {
  const nowMono = clock.monoMs();
  const exchangeClock = exchangeClockOf(board);
  return board.symbols.map((symbol, pair) => {
    const gauge = emptyPairGauge();
    const isTold = board.gauges.readPair(pair, gauge);
    const price = emptyPriceCell();
    board.prices.read(pair, price);
    const trigger = emptyTriggerCell();
    board.triggers.read(pair, trigger);
    return {
      symbol,
      gauge: isTold ? gauge : null,
      bid: priceOf(price.bidMantissa, price.bidDecimals),
      ask: priceOf(price.askMantissa, price.askDecimals),
      priceAgeMs: price.receivedMono > 0 ? frameAgeMs(price, exchangeClock, nowMono) : Infinity,
      decisionAgeMs: gauge.isWatched ? decisionAgeMs(board, pair, nowMono, cyclerBornMono) : null,
      buyAtOrBelow: finiteOrNull(trigger.buyAtOrBelow),
      sellAtOrAbove: finiteOrNull(trigger.sellAtOrAbove),
    };
  });
}

function decisionAgeMs(board: Board, pair: number, nowMono: MonoMs, bornMono: number | null): number | null {
  const ageMs = board.slots.decisionAgeMs(pair, nowMono);
  if (Number.isFinite(ageMs)) return ageMs;
  return bornMono === null ? null : nowMono - bornMono;
}

function exchangeClockOf(board: Board): ExchangeClock {
  const exchangeClock = new ExchangeClock();
  const reading: ClockReading = { exchangeMinusMono: 0, errorMs: 0, measuredMono: 0 };
  if (board.clock.read(reading))
    exchangeClock.update(reading.exchangeMinusMono, reading.errorMs, reading.measuredMono);
  return exchangeClock;
}

const priceOf = (mantissa: number, decimals: number): number | null =>
  mantissa > 0 ? mantissa / 10 ** decimals : null;

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
