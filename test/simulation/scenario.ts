import type { LadderParams } from '@mtrade/cycle';
import type { PairSpec } from '@mtrade/market-sim';
import { decimal, quoteAmount } from '@mtrade/money';
import { Random } from './random.js';

/** What one run is made of, drawn from its seed: the market, the money, the rules, the weather of the network. */
export interface Scenario {
  readonly pairs: readonly ScenarioPair[];
  readonly balances: Readonly<Record<string, string>>;
  /** Mean time between two prices of a pair. */
  readonly tickMs: number;
  readonly staleAfterMs: number;
  readonly sellWhenForbidden: boolean;
  readonly orderExpiryMs: number;
  readonly urgentCapacity: number;
  /** One way, ms: every request draws between these, now and then much more. */
  readonly latencyMs: readonly [number, number];
  /** Longest time that an order or trade stays out of the exchange's lists. Below the engine's L_vis. */
  readonly hiddenMs: number;
  readonly balanceLagMs: number;
  /** The host's wall clock less the true time, at the begin. */
  readonly wallOffsetMs: number;
  /** By how much the exchange's clock runs faster than the host's. */
  readonly drift: number;
  readonly fokKill: 'cancelled' | 'error';
  readonly gtPrice: string | null;
  /** After so long the exchange ends a stop. */
  readonly stopLifeMs: number;
  readonly maxStopOuts: number;
  /** Longest sleep of the cycler while something is open, and while nothing is. */
  readonly pauseMs: readonly [busy: number, idle: number];
}

export interface ScenarioPair {
  readonly spec: PairSpec;
  readonly params: LadderParams;
  readonly startTicks: number;
  /** Deviation of one step of the price. */
  readonly volatility: number;
}

const COINS = ['ETH', 'BTC', 'SOL', 'XRP', 'ADA', 'DOT', 'LTC', 'UNI', 'TRX', 'EOS'] as const;

/** The first pairs of `COINS` against USDT; beyond them the same coins against USDC, which share their base balances. */
const symbolAt = (index: number): string =>
  `${COINS[index % COINS.length]}/${index < COINS.length ? 'USDT' : 'USDC'}`;

export function drawScenario(seed: number, pairCount: number): Scenario {
  const random = new Random(seed, 'scenario');
  const sharesBase = random.chance(0.2) && pairCount > 1 && pairCount <= COINS.length;
  const symbols = Array.from({ length: pairCount }, (_, index) => symbolAt(index));
  if (sharesBase) symbols[pairCount - 1] = `${COINS[0]}/USDC`;
  const tickMs = random.between(8_000, 25_000);
  const quote = random.pick(['300', '2000', '100000']);
  const gt = random.chance(0.15);
  return {
    pairs: withStops(
      seed,
      symbols.map((symbol) => drawPair(symbol, random)),
    ),
    balances: { USDT: quote, USDC: quote, ...(gt && { GT: random.pick(['0.05', '1000']) }) },
    tickMs,
    staleAfterMs: Math.ceil(tickMs * 3),
    sellWhenForbidden: random.chance(0.7),
    orderExpiryMs: random.pick([1_000, 3_000, 3_000, 10_000]),
    urgentCapacity: random.pick([1, 3, 100, 100]),
    latencyMs: random.pick([
      [1, 5],
      [20, 120],
      [50, 900],
    ]),
    hiddenMs: random.pick([0, 500, 5_000, 9_900]),
    balanceLagMs: random.pick([0, 300, 2_500]),
    wallOffsetMs: random.pick([0, 0, 300, -300, 90_000, -7_200_000, 7_200_000]),
    drift: random.between(-5e-5, 5e-5),
    fokKill: random.pick(['cancelled', 'error']),
    gtPrice: gt ? '5' : null,
    pauseMs: [random.pick([500, 1_500]), random.pick([2_000, 8_000, 15_000])],
    ...drawStopLimits(seed),
  };
}

function drawPair(symbol: string, random: Random): ScenarioPair {
  const [base = '', quote = ''] = symbol.split('/');
  const priceDecimals = random.pick([1, 2, 4]);
  const amountDecimals = random.pick([2, 4, 6]);
  const step = `0.${'1'.padStart(amountDecimals, '0')}`;
  const baseOrder = random.pick(['5', '10', '30']);
  const stepPct = random.pick(['0.6', '1.2', '2.5']);
  return {
    spec: {
      symbol,
      id: `${base}_${quote}`,
      base,
      quote,
      amountDecimals,
      priceDecimals,
      minBase: step,
      minQuote: random.pick(['1', '3']),
      takerFeePct: random.pick(['0', '0.1', '0.2']),
      makerFeePct: '0.2',
      tradeStatus: 'tradable',
      supportsFok: random.chance(0.7),
      // Some books hold less than one order: partial fills and kills come by themselves.
      book: {
        spreadBp: random.pick([1, 4]),
        levelGapBp: random.pick([2, 10]),
        levels: random.pick([2, 12]),
        levelQuote: random.pick([8, 50, 5_000]),
        levelGrowthPct: 25,
      },
    },
    params: {
      baseOrder: quoteAmount(baseOrder),
      safetyOrders: random.pick([0, 3, 8]),
      stepPct: decimal(stepPct),
      stepGrowthPct: decimal(random.pick(['0', '0.1'])),
      volumeMode: random.pick(['fixed', 'geometric', 'martingale']),
      volumeScale: decimal('1.5'),
      takeProfitPct: decimal(random.pick(['0.5', '0.8'])),
      takeProfitDecayPct: decimal(random.pick(['0', '0.01'])),
      bookLevelStep: decimal('0'),
      reserve: quoteAmount(random.pick(['0', '0', '50'])),
      stopLossPct: decimal('0'),
    },
    startTicks: Math.floor(random.between(2_000, 900_000)),
    volatility: random.pick([0.004, 0.008, 0.016]),
  };
}

/** By itself, as below. A life of a quarter of an hour makes stops expire within a run. */
function drawStopLimits(seed: number): Pick<Scenario, 'stopLifeMs' | 'maxStopOuts'> {
  const random = new Random(seed, 'limits of stops');
  const hours = random.pick([0.25, 0.25, 1, 720]);
  return { stopLifeMs: hours * 3_600_000, maxStopOuts: random.pick([0, 3, 10]) };
}

/** In half of the runs most pairs protect their positions. Drawn by itself, so that all else stays as it is without. */
function withStops(seed: number, pairs: readonly ScenarioPair[]): ScenarioPair[] {
  const random = new Random(seed, 'stops');
  const isOn = random.chance(0.5);
  return pairs.map((pair) => {
    const stopLossPct = decimal(isOn && random.chance(0.8) ? random.pick(['0.8', '2', '6']) : '0');
    return { ...pair, params: { ...pair.params, stopLossPct } };
  });
}
