import type { LatencySummary } from '@mtrade/board';
import { Counter, Gauge, Registry } from 'prom-client';
import { PrecomputedSummary } from './precomputed-summary.js';

type PerLabel = Iterable<readonly [string, number | null]>;

/**
 * Metrics that are read from one state object at the time of a scrape; nothing is counted in between.
 * A value that is not known (null) has no line, as Prometheus expects.
 */
export class LiveRegistry<State> {
  readonly #registry = new Registry();
  #state: State | null = null;

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Every `collect` runs before this returns, so two scrapes at once cannot mix their states. */
  render(state: State): Promise<string> {
    this.#state = state;
    return this.#registry.metrics();
  }

  counter(name: string, help: string, value: (from: State) => number): void {
    this.labelledCounter(name, help, null, (from) => [['', value(from)]]);
  }

  gauge(name: string, help: string, value: (from: State) => number | null): void {
    this.labelledGauge(name, help, null, (from) => [['', value(from)]]);
  }

  labelledCounter(name: string, help: string, label: string | null, values: (from: State) => PerLabel): void {
    const metric: Counter = new Counter({
      name,
      help,
      labelNames: label === null ? [] : [label],
      registers: [],
      collect: () => {
        metric.reset();
        for (const [key, value] of this.#read(values)) metric.inc(labels(label, key), value);
      },
    });
    this.#registry.registerMetric(metric);
  }

  labelledGauge(name: string, help: string, label: string | null, values: (from: State) => PerLabel): void {
    const metric: Gauge = new Gauge({
      name,
      help,
      labelNames: label === null ? [] : [label],
      registers: [],
      collect: () => {
        metric.reset();
        if (label === null) metric.remove();
        for (const [key, value] of this.#read(values)) metric.set(labels(label, key), value);
      },
    });
    this.#registry.registerMetric(metric);
  }

  /** Values in us, printed in seconds. */
  summary(
    name: string,
    help: string,
    label: string,
    values: (from: State) => Readonly<Record<string, LatencySummary>>,
  ): void {
    const read = () => (this.#state === null ? [] : Object.entries(values(this.#state)));
    new PrecomputedSummary({ name, help, label, scale: 1e-6 }, read).register(this.#registry);
  }

  /** Always 1; what it tells is in its labels. */
  info(name: string, help: string, facts: Readonly<Record<string, string>>): void {
    const metric = new Gauge({ name, help, labelNames: Object.keys(facts), registers: [] });
    metric.set(facts, 1);
    this.#registry.registerMetric(metric);
  }

  #read(values: (from: State) => PerLabel): (readonly [string, number])[] {
    if (this.#state === null) return [];
    return [...values(this.#state)].filter((entry): entry is readonly [string, number] => entry[1] !== null);
  }
}

const labels = (label: string | null, key: string): Record<string, string> =>
  label === null ? {} : { [label]: key };
