import { errorText } from '@mtrade/base';
import { type Board, createBoard, emptyPriceCell, Owner } from '@mtrade/board';
import type { MarketRules } from '@mtrade/cycle';
import {
  type CyclerRequest,
  DEFAULT_ORDER_DESK_OPTIONS,
  type LaneEvent,
  type LaneRequest,
  type OperatorCommand,
  OrderDesk,
  Reactor,
  rulesToWire,
  type Tick,
} from '@mtrade/engine';
import type { CrashPoint } from './crash-points.js';
import { boardOf } from './board-view.js';
import { CyclerThread } from './cycler-thread.js';
import { Debounce, DEBOUNCE_MS } from './debounce.js';
import { Life } from './life.js';
import { simLogger } from './sim-logger.js';
import { SimVenue } from './sim-venue.js';
import type { World } from './world.js';

interface Lane {
  readonly life: Life;
  readonly desk: OrderDesk;
  readonly venue: SimVenue;
  /** Requests of the cycler that are not done with. */
  underWay: number;
}

interface Feed {
  readonly life: Life;
  readonly reactor: Reactor;
}

export const VIEW_ID = -1;

const MESSAGE_MS = 0.05;
const GATE_LOOK_MS = 2;
const MAX_JUMP_PCT = 30;
const RULES_EVERY_MS = 3_600_000;
const RULES_RETRY_MS = 1_000;
const RULES_TRIES = 6;
/** The supervisor gives a process up whose threads die more often than this in a minute. */
const MOST_DEATHS = 5;
/** Requests that the order thread may be busy with at once; each pair has a few at most. */
const MOST_UNDER_WAY = 64;

/**
 * One process of the engine: the real reactor, cycler and order desk on one board, with the supervisor's way of starting
 * threads and laying lines between them. Everything in it is volatile.
 */
export class EngineProcess {
  readonly life = new Life();
  readonly board: Board;
  readonly debounce: Debounce;
  /** When each pair was last seen to have nothing to do. */
  readonly passedOverMs: number[] = [];
  readonly #world: World;
  #lane: Lane | null = null;
  #cycler: CyclerThread | null = null;
  #feed: Feed | null = null;
  #rules: readonly MarketRules[] | null = null;
  #generation = 0;
  #commands = 0;
  #deathsMs: number[] = [];

  constructor(world: World) {
    this.#world = world;
    this.debounce = new Debounce(world);
    this.board = createBoard({ symbols: world.symbols, urgentCapacity: world.scenario.urgentCapacity });
    this.#startLane();
  }

  get cyclerAliveMs(): number {
    return this.#cycler?.aliveMs ?? 0;
  }

  // ------------------------------------------------------------------------------------------ what comes from outside

  onTick(tick: Omit<Tick, 'receivedMono'>): void {
    const feed = this.#feed;
    if (!feed?.life.alive) return;
    const thawsMs = feed.life.frozenUntilMs;
    if (thawsMs > this.#world.time.nowMs)
      this.#world.at(thawsMs, feed.life, () => this.#react(feed.reactor, tick));
    else this.#react(feed.reactor, tick);
  }

  /** True once a price of the pair has come to this process. */
  knowsPrice(pair: number): boolean {
    return this.board.prices.read(pair, emptyPriceCell());
  }

  /** An event of the private stream. */
  onStream(event: LaneEvent, delayMs: number): void {
    const feed = this.#feed;
    if (feed?.life.alive)
      this.#world.at(this.#world.time.nowMs + delayMs, feed.life, () => this.#tellCycler(event));
  }

  command(command: OperatorCommand): void {
    this.#commands += 1;
    this.#ask({ type: 'command', id: this.#commands, command });
  }

  /** Asks the engine how it is; the answer comes to `World.lastView`. */
  view(): void {
    this.#ask({ type: 'view', id: VIEW_ID });
  }

  /** A moment between two events. */
  idle(): void {
    this.#pass('idle');
  }

  /** Kill -9: nothing that was not committed is left. */
  die(): void {
    if (!this.life.alive) return;
    this.life.end();
    this.#world.onProcessEnd(this);
  }

  killReactor(): void {
    if (!this.#feed) return;
    this.#feed.life.end();
    this.#feed = null;
    this.#restart(() => this.#startReactor());
  }

  // ------------------------------------------------------------------------------------------ threads

  #startLane(): void {
    const world = this.#world;
    const life = new Life(this.life);
    const dies = (point: CrashPoint) => (): boolean => {
      this.#pass(point);
      return !life.alive;
    };
    const venue = new SimVenue(world, life, {
      diesBeforeSend: dies('before-send'),
      diesAfterSend: dies('after-send'),
      diesOnAnswer: dies('on-answer'),
      onNews: (news) => {
        if (life.alive) this.#tellCycler(news);
      },
    });
    const desk = new OrderDesk(DEFAULT_ORDER_DESK_OPTIONS, {
      venue,
      clock: world.time.host,
      log: simLogger(world),
      emit: (event) => {
        if (life.alive) this.#tellCycler(event);
      },
      sleep: (ms) => world.sleep(ms, life),
      commits: {
        now: (ticket) => this.#wordOn(ticket),
        later: (ticket, untilMono) => this.#committed(ticket, untilMono, life),
      },
    });
    this.#lane = { life, desk, venue, underWay: 0 };
    this.#loadRules(this.#lane, RULES_TRIES);
  }

  async #committed(ticket: number, untilMono: number, life: Life): Promise<boolean> {
    const world = this.#world;
    while (this.#wordOn(ticket) === null && world.time.host.monoMs() < untilMono)
      await world.sleep(GATE_LOOK_MS, life);
    return this.#wordOn(ticket) === true;
  }

  /** Nobody blocks in simulated time: what the gate has not said yet, it says later. */
  #wordOn(ticket: number): boolean | null {
    const verdict = this.board.commitGate.verdict(ticket);
    return verdict === 'open' ? null : verdict === 'committed';
  }

  /** The first answer lets the other threads begin; without any the start is given up. Later ones are news. */
  #loadRules(lane: Lane, tries: number): void {
    const world = this.#world;
    const again = (delayMs: number, triesLeft: number): void =>
      world.at(world.time.nowMs + delayMs, lane.life, () => this.#loadRules(lane, triesLeft));
    world.promisesMoved();
    lane.venue.loadRules(world.symbols).then(
      (rules) => {
        again(RULES_EVERY_MS, RULES_TRIES);
        const isFirst = this.#rules === null;
        this.#rules = rules;
        if (!isFirst) return this.#tellCycler({ type: 'rules', rules: rules.map(rulesToWire) });
        world.at(world.time.nowMs, this.life, () => this.#startCycler());
        world.at(world.time.nowMs + 1, this.life, () => this.#startReactor());
      },
      () => {
        if (tries > 1 || this.#rules !== null) again(RULES_RETRY_MS, tries - 1);
        else this.die();
      },
    );
  }

  #startCycler(): void {
    this.#generation += 1;
    const life = new Life(this.life);
    this.#cycler = new CyclerThread(
      { generation: this.#generation, rules: this.#rules ?? [] },
      {
        world: this.#world,
        life,
        board: this.board,
        debounce: this.debounce,
        pass: (point) => this.#pass(point),
        handOver: (request) => this.#handOver(request),
        restPrice: (tick) => this.#onRestPrice(tick),
        onFatal: () => this.die(),
      },
    );
    this.#cycler.start();
  }

  #startReactor(): void {
    const life = new Life(this.life);
    this.board.slots.sweep(Owner.reactor, this.#generation);
    const views = { sweeps: true, debounces: !this.#world.ablated('no-debounce') };
    const deps = {
      board: boardOf(this.board, life, this.debounce, views),
      clock: this.#world.time.host,
    };
    const { staleAfterMs } = this.#world.scenario;
    const maxJumpPct = this.#world.ablated('no-band') ? Number.POSITIVE_INFINITY : MAX_JUMP_PCT;
    const options = { debounceMs: DEBOUNCE_MS, staleAfterMs, maxJumpPct };
    this.#feed = { life, reactor: new Reactor(options, deps) };
  }

  #killCycler(): void {
    if (!this.#cycler) return;
    this.#cycler.life.end();
    this.#cycler = null;
    this.#restart(() => this.#startCycler());
  }

  #killLane(): void {
    if (!this.#lane) return;
    this.#lane.life.end();
    this.#lane = null;
    this.#restart(() => this.#startLane());
  }

  #restart(start: () => void): void {
    const world = this.#world;
    const { nowMs } = world.time;
    this.#deathsMs = [...this.#deathsMs.filter((ms) => nowMs - ms < 60_000), nowMs];
    if (this.#rules === null || this.#deathsMs.length > MOST_DEATHS) return this.die();
    world.at(nowMs + world.random.between(100, 3_000), this.life, start);
  }

  // ------------------------------------------------------------------------------------------ lines between threads

  #react(reactor: Reactor, tick: Omit<Tick, 'receivedMono'>): void {
    const seen = this.board.cyclerWake.current();
    const { time, ablated } = this.#world;
    const exchangeMs = ablated('no-exchange-time') ? time.exchangeMs() : tick.exchangeMs;
    reactor.onTick({ ...tick, exchangeMs, receivedMono: time.host.monoMs() });
    if (this.board.cyclerWake.current() !== seen) this.#cycler?.wake();
  }

  #tellCycler(event: LaneEvent): void {
    if (event.type !== 'balances' && event.type !== 'clock' && event.type !== 'spent')
      this.#world.tell(() => `answer   ${JSON.stringify(event)}`);
    this.#cycler?.tell(event);
  }

  #ask(request: CyclerRequest): void {
    this.#cycler?.ask(request);
  }

  #onRestPrice(tick: Tick): void {
    const feed = this.#feed;
    if (!feed?.life.alive) return;
    this.#world.at(this.#world.time.nowMs + MESSAGE_MS, feed.life, () => {
      const seen = this.board.cyclerWake.current();
      feed.reactor.onTick(tick);
      if (this.board.cyclerWake.current() !== seen) this.#cycler?.wake();
    });
  }

  /** A message to a thread that is dead is lost. */
  #handOver(request: LaneRequest): void {
    const lane = this.#lane;
    if (lane?.life.alive)
      this.#world.at(this.#world.time.nowMs + MESSAGE_MS, lane.life, () => this.#deliver(lane, request));
  }

  #deliver(lane: Lane, request: LaneRequest): void {
    const world = this.#world;
    world.promisesMoved();
    if ('intentId' in request || request.type === 'place')
      world.tell(() => `request  ${JSON.stringify(request)}`);
    lane.underWay += 1;
    if (lane.underWay > MOST_UNDER_WAY) world.fail('I26', `${lane.underWay} requests are under way`);
    lane.desk
      .handle(request)
      .catch((error: unknown) => world.fail('ERROR', `order thread: ${errorText(error)}`))
      .finally(() => (lane.underWay -= 1));
    if (request.type === 'scan') this.#pass('in-scan');
    if (request.type === 'settle' || request.type === 'follow') this.#pass('in-settle');
  }

  #pass(point: CrashPoint): void {
    const world = this.#world;
    const fault = world.armed.takeAt(point);
    if (fault === null) return;
    world.tell(() => `crash    ${fault.kind} at ${point}`);
    switch (fault.kind) {
      case 'kill':
        return this.die();
      case 'cycler-death':
        return this.#killCycler();
      case 'lane-death':
        return this.#killLane();
      case 'freeze':
      case 'zombie':
        this.life.freeze(world.time.nowMs + fault.value);
        if (fault.kind === 'zombie') world.replace(this);
    }
  }
}
