import { isMtradeError, type Clock, type EpochMs } from '@mtrade/base';
import { begin, clientOrderId, type LadderParams, type OrderDraft, type PairState } from '@mtrade/cycle';
import { baseQty, decimal, quoteAmount } from '@mtrade/money';
import type { ChangeSet } from '@mtrade/engine';
import { createCommit } from '../commit.js';
import { openReadonly, openWriter } from '../connection.js';
import { storeError } from '../errors.js';
import { readIdentity } from '../identity.js';
import { readEpoch } from '../lease.js';
import { openStore, type Store } from '../open-store.js';

/** One attempt at the start buy of a pair: it has the row, it saw that somebody else has it, or the books said no. */
export type RealOutcome = 'opened' | 'seen' | `refused: ${string}`;

export interface RealRacer {
  /** `wait` blocks between the look and the commit, where another opener may be quicker. */
  readonly open: (symbol: string, startedMs: number, wait: () => void) => RealOutcome;
  readonly close: () => void;
}

interface RacerOptions {
  readonly path: string;
  /** Each racer numbers its rows in a range of its own, so that row numbers decide nothing. */
  readonly racer: number;
}

const IDENTITY = { mode: 'paper', exchange: 'gate', account: 'race' } as const;
/** SQLite names an index by its columns. */
const INDEXES: Readonly<Record<string, string>> = {
  'intent.exchange, intent.account, intent.symbol, intent.side, intent.mode': 'index one_open',
  'cycle.symbol': 'index one_cycle',
};
const ROWS_PER_RACER = 10_000_000;

const PARAMS: LadderParams = {
  baseOrder: quoteAmount('10'),
  safetyOrders: 3,
  stepPct: decimal('3.65'),
  stepGrowthPct: decimal('0'),
  volumeMode: 'geometric',
  volumeScale: decimal('2'),
  takeProfitPct: decimal('0.6'),
  takeProfitDecayPct: decimal('0.02'),
  bookLevelStep: decimal('0'),
  reserve: quoteAmount('0'),
  stopLossPct: decimal('0'),
};

const START_BUY: OrderDraft = {
  side: 'buy',
  purpose: 'start',
  step: 0,
  type: 'market',
  timeInForce: 'ioc',
  baseAmount: null,
  quoteAmount: quoteAmount('10'),
  limitPrice: null,
};

/** New books for a race, with their pairs. The store stays open: the first epoch, and files that nobody else removes. */
export function createRaceBooks(path: string, symbols: readonly string[], clock: Clock): Store {
  const store = openStore({ path, ...IDENTITY }, { clock });
  store.ensurePairs(symbols.map((symbol) => ({ symbol, permitted: true })));
  return store;
}

/**
 * The schema's own guard, alone: every racer believes that the pair is idle, writes under the same lease, for the same
 * cycle, with row numbers of its own. What is left to stop the second buy is the unique index over open intents.
 * It is the cycler's commit, which in an engine only one thread ever calls.
 */
export function openClaimRacer({ path, racer }: RacerOptions): RealRacer {
  const db = openWriter(path);
  const epoch = readEpoch(db) ?? 0;
  const installId = readIdentity(db)?.installId ?? '';
  let nextId = racer * ROWS_PER_RACER + 1;
  let nowMs = 0;
  const commit = createCommit({ db, identity: IDENTITY, epoch, nowMs: () => nowMs });
  return {
    open: (symbol, startedMs, wait) => {
      const cycleId = cycleOf(symbol);
      const change = startBuy(idlePair(symbol), {
        id: nextId,
        cycleId,
        epoch,
        installId,
        nonce: 'race',
        nowMs: startedMs,
      });
      nextId += 1;
      wait();
      nowMs = startedMs;
      return outcomeOf(path, () => commit(change));
    },
    close: () => db.close(),
  };
}

/** The whole way of an engine that starts: open the books, take the lease, load, decide, commit. Later ones fence it. */
export function openEngineRacer({ path }: RacerOptions, clock: Clock): RealRacer {
  // Keeps the log's files in place while stores of other racers come and go.
  const anchor = openReadonly(path);
  anchor.prepare('SELECT 1 FROM lease').get();
  return {
    open: (symbol, startedMs, wait) =>
      outcomeOf(path, () => {
        const store = openStore({ path, ...IDENTITY }, { clock });
        try {
          const { pairs, nextIntentId, nextCycleId, epoch, installId, startNonce } = store.load();
          const pair = pairs.find((one) => one.symbol === symbol);
          if (!pair || pair.cycle !== null || pair.openIntents.length > 0) return 'seen';
          const row = { id: nextIntentId, cycleId: nextCycleId, epoch, installId, nonce: startNonce };
          const change = startBuy(pair, { ...row, nowMs: startedMs });
          wait();
          store.commit(change);
          return 'opened';
        } finally {
          store.close();
        }
      }),
    close: () => anchor.close(),
  };
}

/** `R17/USDT` -> 18. */
const cycleOf = (symbol: string): number => Number(symbol.slice(1, symbol.indexOf('/'))) + 1;

const idlePair = (symbol: string): PairState => ({
  symbol,
  permitted: true,
  paused: false,
  attention: null,
  cycle: null,
  position: null,
  openIntents: [],
  cyclesStarted: 0,
  dust: { base: baseQty('0'), cost: quoteAmount('0') },
  realizedProfit: quoteAmount('0'),
  retryAtMs: 0 as EpochMs,
  failures: 0,
  decisions: 0,
  stopOuts: 0,
  lastExit: null,
});

interface RowParts {
  readonly id: number;
  readonly cycleId: number;
  readonly epoch: number;
  readonly installId: string;
  readonly nonce: string;
  readonly nowMs: number;
}

/** What the cycler commits for a start buy. */
function startBuy(idle: PairState, { id, cycleId, epoch, installId, nonce, nowMs }: RowParts): ChangeSet {
  const name = { installId, startNonce: nonce, rowId: id, purpose: START_BUY.purpose };
  const { pair, intent } = begin(idle, START_BUY, PARAMS, {
    intentId: id,
    clientOrderId: clientOrderId(name),
    epoch,
    newCycleId: cycleId,
    nowMs: nowMs as EpochMs,
    deadlineMs: (nowMs + 3_000) as EpochMs,
    offsetErrorMs: 5,
  });
  const cycle = { ...(pair.cycle as NonNullable<PairState['cycle']>), symbol: pair.symbol };
  return { pair, cycle, newIntents: [intent] };
}

/** Refusals are the point of the race; anything else that goes wrong ends it. */
function outcomeOf(path: string, attempt: () => RealOutcome | void): RealOutcome {
  try {
    return attempt() ?? 'opened';
  } catch (thrown) {
    const error = storeError(thrown, path, 'a start buy');
    if (isMtradeError(error, 'MTRADE_LOCK_LOST')) return 'refused: fenced by a newer engine';
    if (isMtradeError(error, 'MTRADE_DATABASE') && error.facts.busy === true) return 'refused: database busy';
    if (!isMtradeError(error, 'MTRADE_CONTRADICTION')) throw error;
    const columns = /UNIQUE constraint failed: ([\w., ]+)/.exec(error.message)?.[1];
    if (columns === undefined) throw error;
    return `refused: ${INDEXES[columns] ?? `unique ${columns}`}`;
  }
}
