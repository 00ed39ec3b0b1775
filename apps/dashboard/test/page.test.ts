import type { PairStatus } from '@mtrade/runtime';
import { describe, expect, test } from 'vitest';
import { EventParser, type ServerEvent } from '../src/api/sse.js';
import { duration, money, percent, plain, price, signed } from '../src/format.js';
import { ordered } from '../src/pages/overview-order.js';

describe('the event stream', () => {
  test('is the same however it is cut into pieces', () => {
    const text = ': heartbeat\n\nid: 7\nevent: status\ndata: {"a":\ndata: 1}\n\nevent: gap\ndata: {}\n\n';
    const whole: ServerEvent[] = [
      { id: '7', name: 'status', data: '{"a":\n1}' },
      { id: null, name: 'gap', data: '{}' },
    ];
    for (let size = 1; size <= text.length; size += 1) {
      const seen: ServerEvent[] = [];
      const parser = new EventParser((event) => seen.push(event));
      for (let from = 0; from < text.length; from += size) parser.push(text.slice(from, from + size));
      expect(seen).toEqual(whole);
    }
  });
});

describe('figures', () => {
  test.each([
    [price('64252.4'), '64,252.40'],
    [price('0.000012345678'), '0.000012346'],
    [price(null), '–'],
    [money('0.0067'), '0.0067'],
    [money('0.00'), '0.00'],
    [signed('-1.239'), '\u22121.24'],
    [signed('1.5'), '+1.50'],
    [signed('0'), '0.00'],
    [signed('-0.00'), '0.00'],
    [percent('-0.456'), '\u22120.46\u00a0%'],
    [duration(999), '999 ms'],
    [duration(61_000), '1 min'],
    [duration(93_600_000), '1 d 2 h'],
  ])('%s', (shown, wanted) => {
    expect(shown).toBe(wanted);
  });

  test('S17: characters that hide or turn the direction of writing are shown as what they are not', () => {
    expect(plain('a\u202eb\u0007c\u200bd')).toBe('a\ufffdb\ufffdc\ufffdd');
    expect(plain('<b>stays text</b>')).toBe('<b>stays text</b>');
  });
});

describe('the order of pairs', () => {
  const pair = (symbol: string, over: Partial<PairStatus>): PairStatus =>
    ({ symbol, state: 'idle', trade: true, paused: false, attention: null, step: 0, ...over }) as PairStatus;
  const far = pair('FAR', { state: 'active', distance_to_sell_pct: '12.5', cycle_start_state: 2 });
  const near = pair('NEAR', { state: 'active', distance_to_sell_pct: '0.4', cycle_start_state: 2 });
  const sick = pair('SICK', { state: 'needs_attention', attention: 'why', distance_to_sell_pct: null });
  const lost = pair('LOST', { state: 'unknown', distance_to_sell_pct: '1' });
  const idle = pair('IDLE', { distance_to_sell_pct: null });
  const held = pair('HELD', { paused: true, distance_to_sell_pct: null });
  const all = [held, near, idle, lost, far, sick];
  const names = (pairs: readonly PairStatus[]): string[] => pairs.map(({ symbol }) => symbol);

  test('worst first: who wants a human, who is unknown, then positions from the farthest from their sale', () => {
    expect(names(ordered(all, 'worst'))).toEqual(['SICK', 'LOST', 'FAR', 'NEAR', 'IDLE', 'HELD']);
  });

  test('closest to its sale: pairs without a position come last, by name', () => {
    expect(names(ordered(all, 'sell'))).toEqual(['NEAR', 'LOST', 'FAR', 'HELD', 'IDLE', 'SICK']);
  });
});
