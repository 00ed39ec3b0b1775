import { PUBLIC_STATES } from '@mtrade/cycle';
import type { Family, Sample } from './exposition.js';
import type { PairReading } from './pair-reading.js';
import type { Scrape } from './sources.js';

const SECONDS_PER_MS = 1e-3;
const seconds = (ms: number | null): number | null => (ms === null ? null : ms * SECONDS_PER_MS);

/** A gauge with a sample for each pair that has a value. */
const perPair = (
  name: string,
  help: string,
  value: (pair: PairReading, scrape: Scrape) => number | null,
): Family<Scrape> => ({
  name,
  type: 'gauge',
  help,
  labels: ['pair'],
  read: (scrape) =>
    scrape.pairs.flatMap((pair): Sample[] => {
      const now = value(pair, scrape);
      return now === null ? [] : [{ labels: { pair: pair.symbol }, value: now }];
    }),
});

/** The same from what the books say. */
const ofBooks = (
  name: string,
  help: string,
  value: (gauge: NonNullable<PairReading['gauge']>, scrape: Scrape) => number | null,
): Family<Scrape> =>
  perPair(name, help, ({ gauge }, scrape) => (gauge === null ? null : value(gauge, scrape)));

const perQuote = (
  name: string,
  help: string,
  value: (gauge: NonNullable<PairReading['gauge']>) => number,
): Family<Scrape> => ({
  name,
  type: 'gauge',
  help,
  labels: ['quote'],
  read: ({ pairs }) => {
    const sums = new Map<string, number>();
    for (const { symbol, gauge } of pairs) {
      if (gauge === null) continue;
      const quote = symbol.split('/')[1] ?? '';
      sums.set(quote, (sums.get(quote) ?? 0) + value(gauge));
    }
    return [...sums].map(([quote, sum]) => ({ labels: { quote }, value: sum }));
  },
});

const stateOf = ({ gauge }: PairReading): string | null =>
  gauge === null ? null : (PUBLIC_STATES[gauge.state] ?? null);

export const pairFamilies: readonly Family<Scrape>[] = [
  {
    name: 'mtrade_pairs',
    type: 'gauge',
    help: 'configured pairs by state',
    labels: ['state'],
    read: ({ pairs }) => {
      const states = pairs.map(stateOf);
      return PUBLIC_STATES.map((state) => ({
        labels: { state },
        value: states.filter((one) => one === state).length,
      }));
    },
  },
  {
    name: 'mtrade_pair_state',
    type: 'gauge',
    help: 'always 1; the state of the pair is in the label',
    labels: ['pair', 'state'],
    read: ({ pairs }) =>
      pairs.flatMap((pair) => {
        const state = stateOf(pair);
        return state === null ? [] : [{ labels: { pair: pair.symbol, state }, value: 1 }];
      }),
  },
  ofBooks('mtrade_pair_permitted', '1 while the pair may trade', ({ isPermitted }) => Number(isPermitted)),
  ofBooks('mtrade_pair_paused', '1 while the operator has paused the pair', ({ isPaused }) =>
    Number(isPaused),
  ),
  ofBooks('mtrade_pair_attention', '1 while the pair needs the operator', ({ needsAttention }) =>
    Number(needsAttention),
  ),
  perPair('mtrade_price_age_seconds', 'age of bid and ask; +Inf before the first', ({ priceAgeMs }) =>
    seconds(priceAgeMs),
  ),
  perPair(
    'mtrade_decision_age_seconds',
    'time since the pair was last decided on; only pairs that are permitted or have something open',
    ({ decisionAgeMs }) => seconds(decisionAgeMs),
  ),
  ofBooks('mtrade_pair_step', "row of the running cycle's ladder, 0 without a cycle", ({ step }) => step),
  ofBooks(
    'mtrade_pair_invested',
    'quote coin in the open position, for display only',
    ({ invested }) => invested,
  ),
  ofBooks(
    'mtrade_pair_realized_profit',
    'quote coin that closed cycles have brought after fees, for display only',
    ({ realizedProfit }) => realizedProfit,
  ),
  ofBooks(
    'mtrade_pair_unknown_intents',
    'orders of the pair whose outcome is not known',
    ({ unknownIntents }) => unknownIntents,
  ),
  ofBooks(
    'mtrade_position_unprotected_seconds',
    'how long coins have been held without the stop that they should have; 0 while they have it or want none',
    ({ unprotectedSinceMono }, { nowMono }) =>
      unprotectedSinceMono < 0 ? 0 : Math.max(0, nowMono - unprotectedSinceMono) * SECONDS_PER_MS,
  ),
  perPair('mtrade_pair_bid', 'best bid, for display only', ({ bid }) => bid),
  perPair('mtrade_pair_ask', 'best ask, for display only', ({ ask }) => ask),
  perPair(
    'mtrade_pair_buy_level',
    'ask at or below which the next row is bought at once; missing while there is none',
    ({ buyAtOrBelow }) => buyAtOrBelow,
  ),
  perPair(
    'mtrade_pair_sell_level',
    'bid at or above which the position is sold at once; missing while there is none',
    ({ sellAtOrAbove }) => sellAtOrAbove,
  ),
  perQuote(
    'mtrade_invested',
    'quote coin in open positions of the configured pairs, for display only',
    ({ invested }) => invested,
  ),
  perQuote(
    'mtrade_realized_profit',
    'quote coin that closed cycles of the configured pairs have brought after fees, for display only',
    ({ realizedProfit }) => realizedProfit,
  ),
];
