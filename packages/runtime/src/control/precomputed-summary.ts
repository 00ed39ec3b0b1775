import type { LatencySummary } from '@mtrade/board';
import type { Metric, Registry } from 'prom-client';

export interface SummaryOptions {
  readonly name: string;
  readonly help: string;
  readonly label: string;
  /** Multiplies each value, to print a base unit. */
  readonly scale: number;
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly metricName?: string;
}

/**
 * A Prometheus summary whose quantiles somebody else has computed (here: the histograms in shared memory).
 * prom-client's own summary wants to see each observation, which would be a call per tick.
 */
export class PrecomputedSummary {
  readonly #options: SummaryOptions;
  readonly #read: () => readonly (readonly [string, LatencySummary])[];

  constructor(options: SummaryOptions, read: () => readonly (readonly [string, LatencySummary])[]) {
    this.#options = options;
    this.#read = read;
  }

  /** The registry asks a metric for its name and for `get()`, and no more; its types ask for a class of its own. */
  register(registry: Registry): void {
    const { name, help } = this.#options;
    const metric = {
      name,
      help,
      get: () =>
        Promise.resolve({ name, help, type: 'summary', values: this.#samples(), aggregator: 'omit' }),
    };
    registry.registerMetric(metric as unknown as Metric);
  }

  #samples(): Sample[] {
    const { name, label, scale } = this.#options;
    return this.#read().flatMap(([key, { p50, p99, max, count }]) => {
      const quantile = (rank: string, value: number): Sample => ({
        labels: { [label]: key, quantile: rank },
        value: value * scale,
      });
      return [
        quantile('0.5', p50),
        quantile('0.99', p99),
        quantile('1', max),
        { metricName: `${name}_count`, labels: { [label]: key }, value: count },
      ];
    });
  }
}
