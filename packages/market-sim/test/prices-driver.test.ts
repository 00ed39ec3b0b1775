import { type Clock, type EpochMs, type MonoMs } from '@mtrade/base';
import { describe, expect, test } from 'vitest';
import { Exchange, PriceDriver } from '../src/index.js';
import type { PriceSource, PriceStep } from '../src/index.js';
import { ETH, mid } from './core-fixture.js';

/** Moves on by one millisecond at each reading, however slow the machine is. */
class JumpingClock implements Clock {
  #nowMs = 0;
  readonly epochMs = (): EpochMs => (1_000_000 + this.#nowMs) as EpochMs;
  readonly monoMs = (): MonoMs => {
    this.#nowMs += 1;
    return this.#nowMs as MonoMs;
  };
}

/** Ten thousand quotes, one each second of the recording, in chunks that must be prepared. */
class ListSource implements PriceSource {
  readonly kind = 'recording';
  readonly pairs = [ETH];
  readonly startMs = 5_000;
  readonly #steps: PriceStep[] = Array.from({ length: 10_000 }, (_, index) => ({
    atMs: 5_000 + index * 1_000,
    symbol: 'ETH/USDT',
    quote: mid(200_000 + index),
  }));
  #ready = 0;
  #given = 0;
  readonly losses = { malformed: 3, skipped: 7 };
  closed = false;

  get ended(): boolean {
    return this.#given === this.#steps.length;
  }
  get needsPrepare(): boolean {
    return this.#ready === this.#given && !this.ended;
  }
  next(toMs: number, limitOfSteps: number): readonly PriceStep[] {
    const due = this.#steps
      .slice(this.#given, Math.min(this.#ready, this.#given + limitOfSteps))
      .filter((step) => step.atMs <= toMs);
    this.#given += due.length;
    return due;
  }
  async prepare(): Promise<void> {
    this.#ready = Math.min(this.#steps.length, this.#ready + 700);
  }
  position(): unknown {
    return this.#given;
  }
  async close(): Promise<void> {
    this.closed = true;
  }
}

describe('the driver', () => {
  test('delivers every step of a fast replay once and in order, says that it ended, saves where it stands', async () => {
    const exchange = new Exchange({ pairs: [ETH] });
    const source = new ListSource();
    const seen: number[] = [];
    exchange.subscribe({
      onQuote: () => {
        const quote = exchange.quote('ETH/USDT');
        if (quote?.kind === 'mid') seen.push(quote.mid.mantissa - 200_000);
      },
    });
    const positions: unknown[] = [];

    const driver = await new Promise<PriceDriver>((resolve) => {
      const made: PriceDriver = new PriceDriver({
        source,
        exchange,
        clock: new JumpingClock(),
        speed: 10_000,
        onEnded: () => resolve(made),
        onCheckpoint: (position) => positions.push(position),
      });
      made.start();
    });
    await driver.stop();

    expect(seen).toEqual(Array.from({ length: 10_000 }, (_, index) => index));
    expect(driver.stats).toMatchObject({ delivered: 10_000, malformed: 3, skipped: 7, ended: true });
    expect(positions.at(-1)).toBe(10_000);
    expect(source.closed).toBe(true);
  });

  test('a source that fails stops the prices and says why', async () => {
    const source = new ListSource();
    source.prepare = () => Promise.reject(new Error('file gone'));

    const reason = await new Promise<string>((resolve) => {
      const exchange = new Exchange({ pairs: [ETH] });
      new PriceDriver({ source, exchange, clock: new JumpingClock(), speed: 1, onError: resolve }).start();
    });

    expect(reason).toBe('file gone');
  });
});
