import { FaultPort, type FaultRule, parseFaultRule } from '@mtrade/market-sim';
import { describe, expect, test } from 'vitest';

const drop = { kind: 'drop', process: false } as const;
const post = { method: 'POST', path: '/api/v4/spot/orders' };
const kinds = (port: FaultPort, facts: Parameters<FaultPort['forRequest']>[0] = post): string[] =>
  port.forRequest(facts).map((fault) => fault.kind);

describe('which requests a rule hits', () => {
  test('the n-th match only, and its history says so', () => {
    const port = new FaultPort({ rules: [{ id: 'a', match: { transport: 'rest', nth: 3 }, fault: drop }] });

    const hits = [1, 2, 3, 4, 5].map(() => kinds(port).length);

    expect(hits).toEqual([0, 0, 1, 0, 0]);
    expect(port.list()).toMatchObject([{ id: 'a', matched: 5, fired: 1 }]);
  });

  test('from the n-th match, `count` times', () => {
    const port = new FaultPort({ rules: [{ match: { transport: 'rest', nth: 2, count: 2 }, fault: drop }] });

    expect([1, 2, 3, 4].map(() => kinds(port).length)).toEqual([0, 1, 1, 0]);
  });

  test.each([
    [{ method: 'POST' }, { ...post, method: 'GET' }],
    [{ path: '/api/v4/spot/orders' }, { ...post, path: '/api/v4/spot/orders/1' }],
    [{ path: '/api/v4/*/orders*' }, { ...post, path: '/api/v4/spot/accounts' }],
    [{ symbol: 'BTC_USDT' }, { ...post, symbol: 'ETH_USDT' }],
    [{ side: 'buy' as const }, { ...post, symbol: 'BTC_USDT', side: 'sell' }],
  ])('%j leaves other requests alone', (match, other) => {
    const port = new FaultPort({ rules: [{ match: { transport: 'rest', ...match }, fault: drop }] });

    expect(kinds(port, { ...post, symbol: 'BTC_USDT', side: 'buy' })).toEqual(['drop']);
    expect(kinds(port, other)).toEqual([]);
  });

  test('the same seed draws the same hits, another seed others', () => {
    const rules: FaultRule[] = [{ match: { transport: 'rest', probability: 0.5 }, fault: drop }];
    const draw = (seed: number): string => {
      const port = new FaultPort({ seed, rules });
      return Array.from({ length: 64 }, () => kinds(port).length).join('');
    };

    expect(draw(7)).toBe(draw(7));
    expect(draw(7)).not.toBe(draw(8));
    expect(draw(7)).toContain('1');
    expect(draw(7)).toContain('0');
  });

  test('delays meet other faults, but only the first fault that ends a request fires', () => {
    const port = new FaultPort({
      rules: [
        { id: 'late', match: { transport: 'rest' }, fault: { kind: 'delay-before', ms: 5 } },
        { id: 'first', match: { transport: 'rest', count: 1 }, fault: drop },
        { id: 'second', match: { transport: 'rest' }, fault: { kind: 'silence', process: true } },
      ],
    });

    expect(kinds(port)).toEqual(['delay-before', 'drop']);
    expect(port.fired('second')).toBe(0);
    expect(kinds(port)).toEqual(['delay-before', 'silence']);
  });

  test('a removed rule hits nothing', () => {
    const port = new FaultPort({ rules: [{ id: 'a', match: { transport: 'rest' }, fault: drop }] });

    const removed = [port.remove('a'), port.remove('a')];

    expect(removed).toEqual([true, false]);
    expect(kinds(port)).toEqual([]);
  });

  test('a frame rule about subscriptions does not slow the fan-out down', () => {
    const port = new FaultPort();
    port.add({ match: { transport: 'ws' }, fault: { kind: 'refuse-subscription' } });
    const before = port.watchesFrames;
    port.add({ match: { transport: 'ws' }, fault: { kind: 'swallow' } });

    expect([before, port.watchesFrames]).toEqual([false, true]);
  });
});

describe('a rule from JSON', () => {
  const rest = { transport: 'rest' };
  test.each([
    [null, 'object'],
    [{ match: rest }, 'fault'],
    [{ match: {}, fault: drop }, 'match.transport'],
    [{ match: { ...rest, metod: 'POST' }, fault: drop }, 'match.metod'],
    [{ match: { ...rest, nth: 0 }, fault: drop }, 'match.nth'],
    [{ match: { ...rest, probability: 2 }, fault: drop }, 'match.probability'],
    [{ match: rest, fault: { kind: 'explode' } }, 'fault.kind'],
    [{ match: rest, fault: { kind: 'toString' } }, 'fault.kind'],
    [{ match: rest, fault: { kind: 'swallow' } }, 'fault.kind'],
    [{ match: rest, fault: { kind: 'drop' } }, 'fault.process'],
    [{ match: rest, fault: { kind: 'delay-before' } }, 'fault.ms'],
    [{ match: rest, fault: { kind: 'delay-before', ms: -1 } }, 'fault.ms'],
    [{ match: rest, fault: { kind: 'error', process: true, status: 99 } }, 'fault.status'],
    [{ match: rest, fault: drop, when: 1 }, 'when'],
  ])('%j is refused, naming %s', (rule, key) => {
    expect(() => parseFaultRule(rule)).toThrowError(
      expect.objectContaining({ code: 'MTRADE_CONFIG' }) as Error,
    );
    expect(() => parseFaultRule(rule)).toThrowError(key);
  });

  test('two rules cannot have one id', () => {
    const port = new FaultPort({ rules: [{ id: 'a', match: { transport: 'rest' }, fault: drop }] });

    expect(() => port.add({ id: 'a', match: { transport: 'rest' }, fault: drop })).toThrowError('exists');
  });
});
