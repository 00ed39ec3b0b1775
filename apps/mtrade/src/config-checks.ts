import { MtradeError } from '@mtrade/base';
import type { MtradeConfig } from '@mtrade/config';
import { join } from 'node:path';

/**
 * What is known to fail at the start without opening or asking anything. Throws MTRADE_CONFIG with a line for each
 * problem.
 */
export async function refuseKnownFailures(config: MtradeConfig, file: string | null): Promise<void> {
  const problems = [...(await unknownPairs(config)), ...(await longDataDir(config))];
  const [first] = problems;
  if (first === undefined) return;
  const where = file === null ? '' : `${file}: `;
  throw new MtradeError(
    'MTRADE_CONFIG',
    problems.map(({ key, text }) => `${where}${key}: ${text}`).join('\n'),
    { key: first.key, ...(file !== null && { file }) },
  );
}

interface Known {
  readonly key: string;
  readonly text: string;
}

async function unknownPairs({ mode, paper, pairs }: MtradeConfig): Promise<Known[]> {
  if (mode !== 'paper' || paper.feed.kind !== 'simulated') return [];
  const { DEFAULT_SIMULATED_PAIRS } = await import('@mtrade/market-sim');
  const listed = DEFAULT_SIMULATED_PAIRS.map(({ spec }) => spec.symbol);
  return pairs.flatMap(({ symbol }, index) =>
    listed.includes(symbol)
      ? []
      : [
          {
            key: `pairs[${index}].symbol`,
            text: `${symbol} is not listed in paper mode; the simulated market has ${listed.join(', ')}`,
          },
        ],
  );
}

async function longDataDir({ dataDir }: MtradeConfig): Promise<Known[]> {
  const { MAX_SOCKET_PATH_BYTES } = await import('@mtrade/config');
  const bytes = Buffer.byteLength(join(dataDir, 'control.sock'));
  if (bytes <= MAX_SOCKET_PATH_BYTES) return [];
  const text =
    `too long: the control socket in it would have a path of ${bytes} bytes, at most ` +
    `${MAX_SOCKET_PATH_BYTES} are possible; use a shorter data_dir`;
  return [{ key: 'data_dir', text }];
}

/**
 * Of pairs whose rules and prices lie on this machine: rows that could not be bought or sold. Prices move, so that is no
 * reason to refuse the configuration. Nothing where they cannot be read; the start says why.
 */
export async function localLimits(config: MtradeConfig): Promise<readonly string[]> {
  const { isLocalMarket, pairLimits } = await import('@mtrade/runtime');
  if (!isLocalMarket(config)) return [];
  const { problems, warnings } = await pairLimits(config).catch(() => ({ problems: [], warnings: [] }));
  return [...problems, ...warnings];
}

/** What only the start can find out, because it needs the market. */
export function onlyAtStart({ mode, paper }: MtradeConfig): string {
  const amounts =
    'whether the orders reach the minimum amounts at the price of then (mtrade doctor asks for the price of now)';
  if (mode !== 'paper' || paper.feed.kind === 'live')
    return `whether the exchange lists the pairs, and ${amounts}`;
  return paper.feed.kind === 'recording'
    ? `whether the recording can be read and has the pairs, and ${amounts}`
    : amounts;
}
