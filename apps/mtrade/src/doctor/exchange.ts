import { errorText } from '@mtrade/base';
import type { MtradeConfig } from '@mtrade/config';
import { cleanText } from '@mtrade/log';
import { type Finding, ok, problem, warning } from './finding.js';

const LIMIT_MS = 5_000;
/** Within it the engine's own measurement corrects the difference without trouble. */
const GOOD_OFFSET_MS = 1_000;
/** Beyond it the exchange refuses signed requests. */
const BAD_OFFSET_MS = 30_000;

/** Asks the exchange for its time: reachable, and is this clock right? */
export async function exchange({ mode, paper, exchange: { restUrl } }: MtradeConfig): Promise<Finding[]> {
  if (restUrl === null || (mode === 'paper' && paper.feed.kind !== 'live'))
    return [ok('exchange', `embedded exchange, feed ${paper.feed.kind}; no network is needed`)];
  const url = `${restUrl}/spot/time`;
  const sentMs = Date.now();
  let serverMs: number;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS), redirect: 'error' });
    const text = (await response.text()).slice(0, 2_000);
    if (!response.ok)
      return [
        problem(
          'exchange',
          `${url} answered HTTP ${response.status}: ${cleanText(text, 200)}`,
          'check exchange.rest_url',
        ),
      ];
    serverMs = Number((JSON.parse(text) as { server_time?: unknown }).server_time);
    if (!Number.isFinite(serverMs) || serverMs <= 0) throw new Error('the answer carries no server_time');
  } catch (error) {
    const { cause } = error as Error;
    const reason = cause instanceof Error ? `${errorText(error)}: ${cause.message}` : errorText(error);
    return [
      problem(
        'exchange',
        `${url} cannot be reached: ${cleanText(reason, 300)}`,
        'check the network, the proxy and exchange.rest_url',
      ),
    ];
  }
  const nowMs = Date.now();
  const roundTripMs = nowMs - sentMs;
  const offsetMs = Math.round(serverMs - (sentMs + roundTripMs / 2));
  const detail = `this clock is ${Math.abs(offsetMs)} ms ${offsetMs > 0 ? 'behind' : 'ahead of'} the exchange (+-${Math.ceil(roundTripMs / 2)} ms)`;
  const remedy = 'synchronise the clock (timedatectl set-ntp true, or chrony)';
  return [
    ok('exchange', `${restUrl} answers in ${roundTripMs} ms`),
    Math.abs(offsetMs) > BAD_OFFSET_MS
      ? problem('clock', detail, remedy)
      : Math.abs(offsetMs) > GOOD_OFFSET_MS
        ? warning('clock', detail, remedy)
        : ok('clock', detail),
  ];
}
