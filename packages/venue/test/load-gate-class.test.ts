import { describe, expect, test } from 'vitest';
import { createGateSigner } from '../src/gate-signer.js';
import { loadGateClass } from '../src/load-gate-class.js';

const sign = (Gate: Awaited<ReturnType<typeof loadGateClass>>) =>
  createGateSigner(
    { restUrl: 'http://127.0.0.1:9/', apiKey: 'k', apiSecret: 's', exchangeNowMs: () => 1_700_000_000_000 },
    Gate,
  )({ method: 'GET', section: 'spot', access: 'private', path: 'accounts', params: {} });

describe('the ccxt class', () => {
  test('its one file can be loaded by itself', async () => {
    const located: string[] = [];
    const Gate = await loadGateClass(() => {
      const file = new URL('./src/gate.js', import.meta.resolve('ccxt')).href;
      located.push(file);
      return file;
    });

    expect(located).toHaveLength(1);
    const { default: direct } = (await import(located[0] ?? '')) as { default: unknown };
    expect(Gate).toBe(direct);
  });

  test('when that file has moved, the whole package gives one that signs the same', async () => {
    const whole = await loadGateClass(() => 'file:///nowhere/gate.js');

    expect(sign(whole)).toEqual(sign(await loadGateClass()));
  });
});
