import { MtradeError } from '@mtrade/base';
import type { MtradeConfig } from '@mtrade/config';
import type { Logger } from '@mtrade/log';
import { type PriceSource, RecordingSource, SimulatedSource } from '@mtrade/market-sim';
import { openLiveSource } from './live-source.js';

/** Names the prices: a saved position is of use only to the same ones. */
export function feedName({ paper: { feed, seed } }: MtradeConfig): string {
  if (feed.kind === 'simulated') return `simulated, seed ${seed}`;
  return feed.kind === 'live' ? 'live' : `recording ${feed.path}`;
}

/**
 * The paper exchange's prices as `paper.feed` names them; `position` is where the last run left off. Every configured
 * pair is in it: MTRADE_CONFIG names the ones that are not, and what there is instead.
 */
export async function openPriceSource(
  config: MtradeConfig,
  position: unknown,
  log: Logger,
): Promise<PriceSource> {
  const { feed, seed } = config.paper;
  switch (feed.kind) {
    case 'simulated': {
      const source = new SimulatedSource({ seed, position });
      const available = source.pairs.map((pair) => pair.symbol);
      return listing(config, source, `the simulated market has ${namesOf(available)}`);
    }
    case 'recording': {
      const symbols = config.pairs.map((pair) => pair.symbol);
      const source = await RecordingSource.open({ path: feed.path, symbols, position });
      return listing(config, source, `the recording ${feed.path} has ${namesOf(source.recorded)}`);
    }
    case 'live': {
      const source = await openLiveSource(config, log);
      return listing(config, source, `the exchange at ${config.exchange.restUrl} has no such pair`);
    }
  }
}

const MOST_NAMES = 40;

const namesOf = (symbols: readonly string[]): string =>
  symbols.length <= MOST_NAMES
    ? symbols.join(', ')
    : `${symbols.slice(0, MOST_NAMES).join(', ')} and ${symbols.length - MOST_NAMES} more`;

async function listing(config: MtradeConfig, source: PriceSource, what: string): Promise<PriceSource> {
  const listed = new Set(source.pairs.map((pair) => pair.symbol));
  const missing = config.pairs.flatMap(({ symbol }, index) =>
    listed.has(symbol) ? [] : [{ symbol, key: `pairs[${index}].symbol` }],
  );
  const [first] = missing;
  if (first === undefined) return source;
  await source.close();
  const problems = missing.map(({ symbol, key }) => `${key}: ${symbol} is not listed in paper mode`);
  throw new MtradeError('MTRADE_CONFIG', `${problems.join('\n')}; ${what}`, { key: first.key });
}
