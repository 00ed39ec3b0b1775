import { errorText, isMtradeError, MtradeError } from '@mtrade/base';
import type { Board } from '@mtrade/board';
import type { MarketRules } from '@mtrade/cycle';
import {
  Cycler,
  type CyclerRequest,
  type CycleStore,
  type LaneEvent,
  type LaneRequest,
  type Tick,
} from '@mtrade/engine';
import { boardOf } from './board-view.js';
import type { CrashPoint } from './crash-points.js';
import { type Debounce, DEBOUNCE_MS } from './debounce.js';
import type { Life } from './life.js';
import { REQUEST_DEADLINE_MS } from './network.js';
import { simLogger } from './sim-logger.js';
import type { World } from './world.js';

/** Thrown in the middle of a turn: the thread ends here. Of a kind that no step of the engine survives. */
class Killed extends MtradeError<'MTRADE_LOCK_LOST'> {
  constructor() {
    super('MTRADE_LOCK_LOST', 'killed', { reason: 'killed' });
  }
}

export interface CyclerThreadOptions {
  readonly generation: number;
  readonly rules: readonly MarketRules[];
}

export interface CyclerThreadDeps {
  readonly world: World;
  readonly life: Life;
  readonly board: Board;
  readonly debounce: Debounce;
  /** A crash point is passed; afterwards the life may be over. */
  readonly pass: (point: CrashPoint) => void;
  readonly handOver: (request: LaneRequest) => void;
  /** A price from REST goes to the reactor's thread. */
  readonly restPrice: (tick: Tick) => void;
  /** The thread cannot go on, and with it the process. */
  readonly onFatal: () => void;
}

const MESSAGE_MS = 0.05;
const MAX_URGENT = 5;
/** Answers that a cycler which lives may leave unread: it stands still for a minute at most. */
const MOST_WAITING = 64;

/** The real cycler in its loop: it sleeps until somebody wakes it or its pause is over, drains its ports, works. */
export class CyclerThread {
  readonly life: Life;
  readonly #options: CyclerThreadOptions;
  readonly #deps: CyclerThreadDeps;
  readonly #bornMs: number;
  readonly #inbox: LaneEvent[] = [];
  #cycler: Cycler | null = null;
  #nextTurnMs = Number.POSITIVE_INFINITY;
  #turnToken = 0;

  constructor(options: CyclerThreadOptions, deps: CyclerThreadDeps) {
    this.#options = options;
    this.#deps = deps;
    this.life = deps.life;
    this.#bornMs = deps.world.time.nowMs;
  }

  /** How long it has been alive and not been held up. */
  get aliveMs(): number {
    if (!this.life.alive || this.#cycler === null) return 0;
    return this.#deps.world.time.nowMs - Math.max(this.#bornMs, this.life.frozenUntilMs);
  }

  /** Opens the books and begins. */
  start(): void {
    const { world, board, life, debounce } = this.#deps;
    const { scenario } = world;
    this.#guard(() => {
      this.#pass('before-lease');
      const store = this.#guarded(world.wrapStore(world.disk.open()));
      this.#pass('after-lease');
      this.#cycler = new Cycler(
        {
          ...this.#options,
          debounceMs: DEBOUNCE_MS,
          maxUrgentPerCycle: MAX_URGENT,
          staleAfterMs: scenario.staleAfterMs,
          sellWhenForbidden: scenario.sellWhenForbidden,
          orderExpiryMs: scenario.orderExpiryMs,
          requestDeadlineMs: REQUEST_DEADLINE_MS,
          maxStopOuts: world.ablated('no-stop-out-limit') ? 0 : scenario.maxStopOuts,
          // Switched off, the engine believes that a stop lies there for a month.
          stopLifeMs: world.ablated('no-renewal') ? 720 * 3_600_000 : scenario.stopLifeMs,
          pairs: scenario.pairs.map(({ spec, params }) => ({ symbol: spec.symbol, params })),
        },
        {
          board: boardOf(board, life, debounce, {
            sweeps: !world.ablated('flags-not-swept'),
            debounces: !world.ablated('no-debounce'),
          }),
          store,
          clock: world.time.host,
          log: simLogger(world),
          lane: {
            giveWay: () => undefined,
            request: (request) => {
              if (!life.alive) return;
              if (request.type === 'refresh-rules' && world.ablated('rules-hourly')) return;
              this.#deps.handOver(request);
              if (request.type === 'place') this.#pass('after-hand-over');
            },
          },
          restPrice: (tick) => this.#deps.restPrice(tick),
          reply: (reply) => {
            if (life.alive) world.onReply(reply);
          },
        },
      );
      this.wake();
    });
  }

  tell(event: LaneEvent): void {
    if (!this.life.alive) return;
    this.#inbox.push(event);
    if (this.#inbox.length > MOST_WAITING)
      this.#deps.world.fail('I26', `${this.#inbox.length} answers wait for the cycler`);
    this.wake();
  }

  ask(request: CyclerRequest): void {
    const { world } = this.#deps;
    world.at(world.time.nowMs + MESSAGE_MS, this.life, () => {
      this.#guard(() => this.#cycler?.request(request));
      this.wake();
    });
  }

  wake(delayMs = MESSAGE_MS): void {
    const { world } = this.#deps;
    const atMs = world.time.nowMs + delayMs;
    if (!this.life.alive || this.#nextTurnMs <= atMs) return;
    this.#nextTurnMs = atMs;
    this.#turnToken += 1;
    const token = this.#turnToken;
    world.at(atMs, this.life, () => {
      if (token === this.#turnToken) this.#turn();
    });
  }

  #turn(): void {
    const { world, board } = this.#deps;
    const cycler = this.#cycler;
    this.#nextTurnMs = Number.POSITIVE_INFINITY;
    if (cycler === null) return;
    world.stats.turns += 1;
    let more = false;
    this.#guard(() => {
      more = cycler.doWork(() => {
        for (const event of this.#inbox.splice(0)) {
          this.#pass('on-event');
          cycler.laneEvent(event);
        }
      });
    });
    if (!this.life.alive) return;
    for (const [pair, symbol] of world.symbols.entries())
      if (board.slots.isClaimed(pair)) world.fail('I15', `${symbol} is claimed between two turns`);
    const [busyMs, idleMs] = world.scenario.pauseMs;
    this.wake(more ? MESSAGE_MS : world.disk.hasOpen ? busyMs : idleMs);
  }

  #pass(point: CrashPoint): void {
    this.#deps.pass(point);
    if (!this.life.alive) throw new Killed();
  }

  /** Runs a step of the thread. What it cannot survive ends the process, and is a violation unless it was to be expected. */
  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!this.life.alive) return;
      const { world, onFatal } = this.#deps;
      const expected = isMtradeError(error, 'MTRADE_LOCK_LOST') || isMtradeError(error, 'MTRADE_DISK');
      if (isMtradeError(error, 'MTRADE_CONTRADICTION')) world.fail('CONTRADICTION', errorText(error));
      else if (!expected) world.fail('ERROR', errorText(error));
      onFatal();
    }
  }

  #guarded(store: CycleStore): CycleStore {
    const { world } = this.#deps;
    return {
      ...store,
      commit: (change) => {
        if (!this.life.alive) throw new Killed();
        this.#pass('before-commit');
        const failure = world.armed.takeForCommit();
        if (failure !== null)
          throw new MtradeError(
            'MTRADE_DISK',
            `injected: the disk is ${failure === 'full' ? 'full' : 'broken'}`,
            { path: 'simulated', fatal: failure === 'error' },
          );
        store.commit(change);
        this.#pass('after-commit');
      },
    };
  }
}
