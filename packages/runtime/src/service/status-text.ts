import type { StatusJson } from '../control/status-json.js';

/** `LIVE: 16 pairs, 3 with a position, 1 needs attention` for `systemctl status`. */
export function statusText({ mode, trading, pairs, feed, unknown_intents: unknown }: StatusJson): string {
  const holding = pairs.filter(({ base_volume: volume }) => /[1-9]/.test(volume)).length;
  const stuck = pairs.filter(({ state }) => state === 'needs_attention').length;
  const facts = [
    `${pairs.length} ${pairs.length === 1 ? 'pair' : 'pairs'}`,
    `${holding} with a position`,
    ...(stuck > 0 ? [`${stuck} ${stuck === 1 ? 'needs' : 'need'} attention`] : []),
    ...(unknown > 0 ? [`${unknown} orders of unknown outcome`] : []),
    ...(trading ? [] : ['trading is switched off']),
    ...(feed.connected ? [] : [`no prices: ${feed.reason ?? 'not connected'}`]),
  ];
  return `${mode.toUpperCase()}: ${facts.join(', ')}`;
}
