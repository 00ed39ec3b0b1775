import type { MonoMs } from '@mtrade/base';
import { emptyEngineGauge, emptyPairGauge } from '@mtrade/board';
import { isUnresolved, PUBLIC_STATES, type PairState, publicState } from '@mtrade/cycle';
import { toDouble } from '@mtrade/money';
import type { CommitTally } from './commit-tally.js';
import type { EngineContext, PairMemory } from './context.js';
import type { LastComparison } from './reconciler.js';
import { bareMs } from './stop-memory.js';
import { openFindings } from './views.js';

/** What concerns all pairs changes by itself (the rate budget fills up), so it is written now and then. */
const ENGINE_EVERY_MS = 250;

/**
 * Writes what the books say into shared memory, so that a scrape of the metrics never asks the cycler. A pair is written
 * at the end of the turn in which something of it was committed: an order on its way out does not wait for this.
 */
export class GaugePublisher {
  readonly #context: EngineContext;
  readonly #tally: CommitTally;
  readonly #bornMono: MonoMs;
  /** Pairs that the books know and the configuration does not. */
  readonly #unconfigured: readonly string[];
  readonly #pair = emptyPairGauge();
  readonly #engine = emptyEngineGauge();
  #engineMono = Number.NEGATIVE_INFINITY;

  constructor(context: EngineContext, tally: CommitTally) {
    this.#context = context;
    this.#tally = tally;
    this.#bornMono = context.clock.monoMs();
    const known = [...context.books.pairs()].map(({ symbol }) => symbol);
    this.#unconfigured = known.filter((symbol) => !context.pairs.has(symbol));
  }

  tick(last: LastComparison | null): void {
    const { books, clock, pairs } = this.#context;
    this.#tally.takeChanged((symbol) => {
      const memory = pairs.get(symbol);
      if (memory && books.has(symbol)) this.#writePair(books.pair(symbol), memory);
    });
    const nowMono = clock.monoMs();
    if (nowMono - this.#engineMono < ENGINE_EVERY_MS) return;
    this.#engineMono = nowMono;
    this.#writeEngine(last, nowMono);
  }

  #writePair(pair: PairState, memory: PairMemory): void {
    const { board, clock } = this.#context;
    const gauge = this.#pair;
    const nowMono = clock.monoMs();
    const unknown = pair.openIntents.filter(({ state }) => isUnresolved(state));
    const bare = bareMs(memory, pair.position, clock.epochMs(), nowMono);
    gauge.state = PUBLIC_STATES.indexOf(publicState(pair));
    gauge.isPermitted = pair.permitted;
    gauge.isPaused = pair.paused;
    gauge.needsAttention = pair.attention !== null;
    gauge.isWatched = pair.permitted || pair.cycle !== null || pair.openIntents.length > 0;
    gauge.step = pair.cycle?.step ?? 0;
    gauge.unknownIntents = unknown.length;
    gauge.quarantinedIntents = unknown.filter(({ state }) => state === 'QUARANTINED').length;
    gauge.invested = pair.cycle ? toDouble(pair.cycle.invested) : 0;
    gauge.realizedProfit = toDouble(pair.realizedProfit);
    gauge.oldestUnknownMs = unknown.reduce((oldest, { createdMs }) => Math.min(oldest, createdMs), Infinity);
    if (unknown.length === 0) gauge.oldestUnknownMs = -1;
    gauge.unprotectedSinceMono = bare === null ? -1 : nowMono - bare;
    board.gauges.writePair(memory.index, gauge);
  }

  #writeEngine(last: LastComparison | null, nowMono: MonoMs): void {
    const { access, board, books, budget } = this.#context;
    const gauge = this.#engine;
    gauge.isTrading = books.trading;
    gauge.isKeyRefused = access.keyRefused !== null;
    gauge.isComparisonComplete = last !== null && last.missing === null;
    gauge.budgetTokens = budget.tokens(nowMono);
    gauge.budgetMono = nowMono;
    gauge.pausedUntilMono = budget.pausedAt(nowMono)?.untilMono ?? 0;
    gauge.comparedMs = last?.epochMs ?? -1;
    gauge.foreignEngines = books.atLarge().length;
    gauge.findings = openFindings(books).length;
    gauge.forsakenPairs = 0;
    gauge.forsakenUnknownIntents = 0;
    for (const symbol of this.#unconfigured) {
      const { cycle, openIntents } = books.pair(symbol);
      if (cycle !== null || openIntents.length > 0) gauge.forsakenPairs += 1;
      gauge.forsakenUnknownIntents += openIntents.filter(({ state }) => isUnresolved(state)).length;
    }
    gauge.bornMono = this.#bornMono;
    board.gauges.writeEngine(gauge);
  }
}
