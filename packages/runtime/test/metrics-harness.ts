import type { EpochMs, MonoMs } from '@mtrade/base';
import { type Board, createBoard, emptyEngineGauge, emptyPairGauge, emptyPriceCell } from '@mtrade/board';
import { exposition } from '../src/metrics/exposition.js';
import { METRIC_FAMILIES } from '../src/metrics/families.js';
import { type MetricSources, scrapeOf } from '../src/metrics/sources.js';

const WORKER = { alive: true, restarts: 0, generation: 1 };

/** Shared memory that a test fills, and everything else as in an engine that has just begun. */
export class MetricsWorld {
  readonly board: Board;
  nowMono = 1_000_000;
  wall = 1_700_000_000_000;
  more: Partial<MetricSources> = {};

  constructor(symbols: readonly string[] = ['ETH/USDT', 'BTC/USDT']) {
    this.board = createBoard({ symbols, urgentCapacity: 100 });
  }

  tellPair(pair: number, changes: Partial<ReturnType<typeof emptyPairGauge>> = {}): void {
    this.board.gauges.writePair(pair, { ...emptyPairGauge(), ...changes });
  }

  tellEngine(changes: Partial<ReturnType<typeof emptyEngineGauge>> = {}): void {
    this.board.gauges.writeEngine({ ...emptyEngineGauge(), budgetMono: this.nowMono, ...changes });
  }

  tellPrice(pair: number, changes: Partial<ReturnType<typeof emptyPriceCell>>): void {
    this.board.prices.write(pair, { ...emptyPriceCell(), receivedMono: this.nowMono, ...changes });
  }

  text(): string {
    const clock = { monoMs: () => this.nowMono as MonoMs, epochMs: () => this.wall as EpochMs };
    return exposition(
      METRIC_FAMILIES,
      scrapeOf({
        board: this.board,
        clock,
        workers: { reactor: WORKER, cycler: WORKER, lane: WORKER },
        identity: { version: '0.1.0', mode: 'paper', exchange: 'gate', startedMs: this.wall - 5_000 },
        feed: null,
        isReady: false,
        isLockHeld: true,
        alerts: null,
        backup: null,
        history: { threads: 0, waiting: 0 },
        vitals: {
          residentBytes: 100_000_000,
          cpuSeconds: 1.5,
          loopLag: null,
          freeBytes: null,
          databaseBytes: null,
        },
        ...this.more,
      }),
    );
  }

  samples(): Map<string, number> {
    return parseExposition(this.text()).samples;
  }
}

export interface Exposition {
  /** By name with labels as they stand. */
  readonly samples: Map<string, number>;
  /** Name of a family to its type. */
  readonly types: Map<string, string>;
}

/** A strict reader of the text format: every sample belongs to a family with help and type, and comes once. */
export function parseExposition(text: string): Exposition {
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  let family = '';
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const type = /^# TYPE ([a-z_]+) (counter|gauge|histogram)$/.exec(line);
    if (type !== null) {
      family = type[1];
      if (types.has(family)) throw new Error(`a family twice: ${family}`);
      types.set(family, type[2]);
    }
    if (line.startsWith('#')) continue;
    const sample = /^([a-z_]+)(\{(?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)+\})? (\S+)$/.exec(line);
    if (sample === null) throw new Error(`not a sample: ${line}`);
    const [, name = '', labels = '', value = ''] = sample;
    const bare = types.get(family) === 'histogram' ? name.replace(/_(bucket|sum|count)$/, '') : name;
    if (bare !== family) throw new Error(`a sample outside its family: ${line}`);
    if (samples.has(name + labels)) throw new Error(`twice: ${line}`);
    const number = value === '+Inf' ? Infinity : Number(value);
    if (Number.isNaN(number)) throw new Error(`no number: ${line}`);
    samples.set(name + labels, number);
  }
  return { samples, types };
}
