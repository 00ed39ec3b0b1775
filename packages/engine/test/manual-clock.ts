import type { Clock, EpochMs, MonoMs } from '@mtrade/base';

/** Stands still until a test moves it; the wall clock can be set apart from the monotonic one. */
export class ManualClock implements Clock {
  mono = 50_000;
  wall = 1_700_000_000_000;

  readonly epochMs = (): EpochMs => this.wall as EpochMs;
  readonly monoMs = (): MonoMs => this.mono as MonoMs;

  advance(ms: number): void {
    this.mono += ms;
    this.wall += ms;
  }
}

export const mono = (value: number): MonoMs => value as MonoMs;
