import type { PairStatus } from '@mtrade/runtime';
import { percent } from '../format.js';
import { Icon } from './icon.js';

const STATE_WORDS: Readonly<Record<string, string>> = {
  idle: 'idle',
  buying: 'buying',
  active: 'active',
  averaging: 'averaging',
  selling: 'selling',
  unknown: 'outcome unknown',
  needs_attention: 'needs you',
};

const TONES: Readonly<Record<string, string>> = {
  buying: 'busy',
  averaging: 'busy',
  selling: 'busy',
  active: 'good',
  unknown: 'bad',
  needs_attention: 'bad',
};

export const StateBadge = ({ state }: { readonly state: string }) => (
  <span class={`badge ${TONES[state] ?? ''}`}>{STATE_WORDS[state] ?? state}</span>
);

/** The operator's own holds, which explain why nothing happens. */
export const Holds = ({ trade, paused }: Pick<PairStatus, 'trade' | 'paused'>) => (
  <>
    {!trade && (
      <span class="badge hold">
        <Icon name="lock" />
        not permitted
      </span>
    )}
    {paused && (
      <span class="badge hold">
        <Icon name="pause" />
        paused
      </span>
    )}
  </>
);

/**
 * Where the price stands between the next buy (left end) and the sale (right end). A drawing, not a figure: the
 * distances beside it are the engine's.
 */
export function Track({ pair }: { readonly pair: PairStatus }) {
  const down = Number(pair.distance_to_buy_pct ?? Number.NaN);
  const up = Number(pair.distance_to_sell_pct ?? Number.NaN);
  if (!Number.isFinite(up)) return null;
  const hasBuy = Number.isFinite(down);
  // Without a next row there is no left end; the width then stands for ten per cent.
  const span = Math.max(0.0001, hasBuy ? Math.max(0, down) + Math.max(0, up) : 10);
  const position = Math.min(1, Math.max(0, 1 - Math.max(0, up) / span));
  return (
    <svg
      class="track"
      viewBox="0 0 100 8"
      preserveAspectRatio="none"
      role="img"
      aria-label={`price between the next buy (${hasBuy ? percent(pair.distance_to_buy_pct) : 'none'} below) and the sale (${percent(pair.distance_to_sell_pct)} above)`}
    >
      <rect class="track-line" x="0" y="3" width="100" height="2" rx="1" />
      <rect class="track-done" x="0" y="3" width={position * 100} height="2" rx="1" />
      <rect
        class="track-dot"
        x={Math.min(97, position * 100 - 1.5 < 0 ? 0 : position * 100 - 1.5)}
        y="0"
        width="3"
        height="8"
        rx="1.5"
      />
    </svg>
  );
}
