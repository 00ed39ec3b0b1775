import type { EpochMs, MonoMs } from '@mtrade/base';
import { ZERO } from '@mtrade/money';
import { AccountJudge, type AccountJudgeParts } from './account-judge.js';
import type { EngineContext } from './context.js';
import { journal } from './journal.js';
import type { Survey, WireStop } from './ports/index.js';
import { HISTORY_REACH_MS } from './survey.js';

/** A trade may be listed this much later than it happened, and no clock is this wrong: so much is looked at again. */
const OVERLAP_MS = 600_000;
/** One survey looks at so much of the past; less when the list turns out to be too long. */
const WINDOW_MS = 7 * 86_400_000;
const SHORTEST_WINDOW_MS = 2 * OVERLAP_MS;
/** How far the comparison has come is written down this often: a restart looks at so much once more. */
const PERSIST_EVERY_MS = 600_000;
const RETRY_MS = 10_000;
const FIRST_RETRY_MS = 2_000;
/** A survey that has not come back by then is asked for again: the order thread may have died. */
const GIVE_UP_MS = 60_000;
/** After a reconnect the subscriptions need a moment; what happens before they stand is not told by the stream. */
const AFTER_STREAM_MS = 1_000;
/** A request for each of the lists; stops have one of the open and one of the ended ones. */
const SURVEY_COST = 4;
/** What is judged between two turns of the cycler: a long list must not hold up a decision. */
const ROWS_PER_TURN = 25;

/** The lists of a survey as far as they have not been judged yet. */
interface Work {
  readonly survey: Survey;
  readonly orders: Survey['openOrders']['rows'][number][];
  readonly stops: WireStop[];
  readonly trades: Survey['trades']['rows'][number][];
  /** Exchange clock of the earliest trade that is still to be booked: nothing from there on has been compared. */
  unbookedMs: number;
  /** Open stops that no row of the books is about. */
  readonly unknownStops: WireStop[];
}

export interface LastComparison {
  readonly epochMs: EpochMs;
  /** Null: everything was listed and compared. */
  readonly missing: string | null;
  /** Open stops at the exchange that the books do not know. */
  readonly unknownStops: readonly WireStop[];
}

/**
 * Compares the account with the books, both ways, once at the begin, then every minute and after each reconnect of the
 * stream. What the account shows of open orders is evidence for them; what the books do not know is told and never
 * guessed into the ledger. A list that is not whole proves nothing by what it lacks, and a failed one changes nothing.
 */
export class Reconciler {
  readonly #context: EngineContext;
  readonly #judge: AccountJudge;
  readonly #surplusStops: AccountJudgeParts['surplusStops'];
  /** Own trades up to here are known to be in the books; exchange clock. */
  #comparedToMs: EpochMs | null = null;
  #windowMs = WINDOW_MS;
  #askAtMono = Number.NEGATIVE_INFINITY;
  /** When the survey that is under way is given up; null when none is. */
  #askedUntilMono: number | null = null;
  #isWantedAgain = false;
  #work: Work | null = null;
  #last: LastComparison | null = null;

  constructor(context: EngineContext, parts: AccountJudgeParts) {
    this.#context = context;
    this.#judge = new AccountJudge(context, parts);
    this.#surplusStops = parts.surplusStops;
  }

  get last(): LastComparison | null {
    return this.#last;
  }

  tick(): void {
    if (this.#work !== null) return this.#goOn(this.#work);
    if (this.#context.wantsComparison) this.#soon();
    const { budget, clock, draining, exchangeClock } = this.#context;
    const nowMono = clock.monoMs();
    if (draining || nowMono < this.#askAtMono || !exchangeClock.known) return;
    if (this.#askedUntilMono !== null && nowMono < this.#askedUntilMono) return;
    // The first one decides whether anything is bought at all; the later ones can wait for the orders.
    const mayAsk = this.#context.reconciled
      ? budget.allows(nowMono, SURVEY_COST)
      : budget.allowsLookUp(nowMono, SURVEY_COST);
    if (mayAsk) this.#ask(nowMono);
  }

  /** The private stream begins anew: what it missed is looked up. */
  streamOpened(): void {
    this.#soon();
  }

  #soon(): void {
    this.#context.wantsComparison = false;
    if (this.#askedUntilMono !== null || this.#work !== null) this.#isWantedAgain = true;
    else this.#askAtMono = Math.min(this.#askAtMono, this.#context.clock.monoMs() + AFTER_STREAM_MS);
  }

  /** A survey speaks for itself: one that comes late is as good as any, and one that comes twice says nothing new. */
  surveyed(survey: Survey): void {
    if (this.#work !== null) return;
    this.#askedUntilMono = null;
    const { openOrders, stops, trades } = survey;
    this.#work = {
      survey,
      orders: [...openOrders.rows],
      stops: [...stops.rows],
      trades: [...trades.rows],
      unbookedMs: Number.POSITIVE_INFINITY,
      unknownStops: [],
    };
    this.#goOn(this.#work);
  }

  #ask(nowMono: MonoMs): void {
    const { budget, clock, exchangeClock, lane, options } = this.#context;
    const nowMs = exchangeClock.now(nowMono);
    const fromMs = this.#begin(nowMs);
    const toMs = fromMs + this.#windowMs;
    budget.take(nowMono, SURVEY_COST);
    this.#askedUntilMono = nowMono + GIVE_UP_MS;
    this.#askAtMono = nowMono + options.reconcileEveryMs;
    lane.request({
      type: 'survey',
      askedMs: clock.epochMs(),
      fromMs,
      toMs: toMs < nowMs ? (toMs as EpochMs) : null,
    });
  }

  /** Where the comparison goes on. What lies beyond the exchange's own memory can never be compared, and is told. */
  #begin(nowMs: EpochMs): EpochMs {
    const { books } = this.#context;
    const reachMs = (nowMs - HISTORY_REACH_MS) as EpochMs;
    const known = this.#known();
    if (known < reachMs && books.comparedToMs !== null) this.#lostSight(known, reachMs);
    // A host whose clock was ahead when the books were begun must not push the begin into the future.
    const fromMs = Math.min(known, nowMs - OVERLAP_MS);
    this.#comparedToMs = Math.max(fromMs, reachMs) as EpochMs;
    return this.#comparedToMs;
  }

  /** Nothing was ordered in the name of these books before they were begun. */
  #known(): EpochMs {
    const { books } = this.#context;
    return (this.#comparedToMs ?? books.comparedToMs ?? books.identity.createdMs - OVERLAP_MS) as EpochMs;
  }

  /** X28: the engine stood still for longer than the exchange remembers. */
  #lostSight(knownMs: EpochMs, reachMs: EpochMs): void {
    const { books, clock, log } = this.#context;
    const [from, to] = [knownMs, reachMs].map((ms) => new Date(ms).toISOString());
    const reason = `what was traded between ${from} and ${to} is older than the exchange lists; compare the pair by hand, then resume or reset it`;
    const nowMs = clock.epochMs();
    log.error({ from, to }, 'a part of the past cannot be compared any more');
    for (const pair of books.pairs()) {
      if (pair.attention !== null || (pair.cycle === null && pair.openIntents.length === 0)) continue;
      books.commit({
        pair: { ...pair, attention: reason },
        journal: [journal(nowMs, 'pair.needs_attention', pair.symbol, { reason })],
      });
    }
    books.commit({ comparedToMs: reachMs, journal: [journal(nowMs, 'reconcile.gap', null, { from, to })] });
  }

  #goOn(work: Work): void {
    try {
      const { orders, stops, trades, survey } = work;
      const found = this.#judge.judge(survey, {
        orders: orders.splice(0, ROWS_PER_TURN),
        stops: stops.splice(0, ROWS_PER_TURN),
        trades: trades.splice(0, ROWS_PER_TURN),
      });
      work.unbookedMs = Math.min(work.unbookedMs, found.unbookedMs);
      work.unknownStops.push(...found.unknownStops);
      if (orders.length + stops.length + trades.length > 0) return;
      this.#finish(work);
    } catch (error) {
      // What was not written down has not been compared: all of it is looked at again.
      this.#work = null;
      this.#askAtMono = this.#context.clock.monoMs() + RETRY_MS;
      throw error;
    }
    this.#work = null;
  }

  #finish({ survey, unbookedMs, unknownStops }: Work): void {
    const { clock, log } = this.#context;
    const missing = missingOf(survey, this.#wantsStops());
    if (survey.stops.missing === null) this.#judge.missingStops(survey);
    const areTradesWhole = survey.trades.missing === null && survey.startedAtMs !== null;
    // One that was asked for by an earlier life may begin later than this one has to.
    const isGapless = survey.fromMs <= this.#known();
    const wholeUntilMs = survey.toMs ?? (survey.startedAtMs ?? 0) - OVERLAP_MS;
    if (areTradesWhole && isGapless) this.#advance(Math.min(wholeUntilMs, unbookedMs - 1));
    if (areTradesWhole && unbookedMs === Number.POSITIVE_INFINITY) this.#judge.allBooked();
    const factor = areTradesWhole ? 2 : 0.5;
    this.#windowMs = Math.min(WINDOW_MS, Math.max(SHORTEST_WINDOW_MS, this.#windowMs * factor));
    // A list that broke off does not say that one is gone.
    const stillUnknown = survey.stops.missing === null ? unknownStops : (this.#last?.unknownStops ?? []);
    this.#last = { epochMs: survey.askedMs, missing, unknownStops: stillUnknown };

    const nowMono = clock.monoMs();
    if (missing !== null) {
      log.warn(
        { missing },
        'the account could not be compared with the books; nothing is concluded from that',
      );
      this.#askAtMono = nowMono + (this.#context.reconciled ? RETRY_MS : FIRST_RETRY_MS);
    } else if (survey.toMs !== null) this.#askAtMono = nowMono;
    else if (isGapless) {
      this.#context.reconciled = true;
      if (this.#isWantedAgain) this.#askAtMono = nowMono + AFTER_STREAM_MS;
      this.#isWantedAgain = false;
    }
  }

  /** Whoever never had a stop is not held up by an account on which they cannot be listed. */
  #wantsStops(): boolean {
    const { books, params } = this.#context;
    return (
      [...params.values()].some(({ stopLossPct }) => stopLossPct.gt(ZERO)) ||
      [...books.pairs()].some(({ position }) => position !== null)
    );
  }

  #advance(ms: number): void {
    const { books } = this.#context;
    const to = Math.max(ms, this.#known()) as EpochMs;
    this.#comparedToMs = to;
    const written = books.comparedToMs ?? books.identity.createdMs;
    // A stop that has ended before the mark is listed to no later life.
    if (this.#surplusStops.areUnsettled) return;
    if (to - written >= PERSIST_EVERY_MS) books.commit({ comparedToMs: to });
  }
}

function missingOf({ openOrders, stops, trades, startedAtMs }: Survey, wantsStops: boolean): string | null {
  const problems = [
    ['open orders', openOrders.missing],
    ['stops', wantsStops ? stops.missing : null],
    ['own trades', trades.missing],
    ['clock', startedAtMs === null ? 'the exchange clock is not known' : null],
  ].flatMap(([what, missing]) => (missing === null ? [] : [`${what}: ${missing}`]));
  return problems.length === 0 ? null : problems.join('; ');
}
