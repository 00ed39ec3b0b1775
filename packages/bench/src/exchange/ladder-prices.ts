import type { ScaledPrice } from '@mtrade/market-sim';

/** The ladder that a measured engine trades: averaging buys at every whole per cent below the start price. */
export const MEASURED_LADDER = {
  base_order: '10',
  safety_orders: 16,
  step_pct: '1',
  volume_mode: 'fixed',
  take_profit_pct: '0.6',
  take_profit_decay_pct: '0.02',
} as const;

const DECIMALS = 2;
const START_TICKS = 100_00;
const STEP_TICKS = 1_00;
/** So far below the row that the rule about the last buy is met as well. */
const BELOW_ROW_TICKS = 2;

export interface Best {
  readonly bid: ScaledPrice;
  readonly ask: ScaledPrice;
}

const best = (askTicks: number): Best => ({
  bid: { mantissa: askTicks - 1, decimals: DECIMALS },
  ask: { mantissa: askTicks, decimals: DECIMALS },
});

/** Where a pair stands on its ladder, as far as the one who moves its price has driven it. */
export class LadderWalk {
  #row = 0;
  #isFlickered = false;

  /** Best prices as they stand. */
  get best(): Best {
    return best(this.#askTicks);
  }

  /** A price that differs from the last one and crosses nothing: a tick higher, and back again. */
  flicker(): Best {
    this.#isFlickered = !this.#isFlickered;
    return best(this.#askTicks + (this.#isFlickered ? 1 : 0));
  }

  /** The next price that makes an order due: a row lower, or from the last row back to where it began. */
  next(): 'buy' | 'sale' {
    this.#isFlickered = false;
    if (this.#row === MEASURED_LADDER.safety_orders) {
      this.#row = 0;
      return 'sale';
    }
    this.#row += 1;
    return 'buy';
  }

  get #askTicks(): number {
    return this.#row === 0 ? START_TICKS : START_TICKS - this.#row * STEP_TICKS - BELOW_ROW_TICKS;
  }
}
