import type { LaneEvent, LaneRequest, OrderRequest, WireStop } from '@mtrade/engine';
import type { EpochMs } from '@mtrade/base';
import { say, type TestOrder } from './exchange.js';
import type { World } from './world.js';

type Mutable = { -readonly [K in keyof WireStop]: WireStop[K] };

/**
 * The exchange's stops and the order thread's words about them. As with orders, what happens there and what the engine
 * hears of it are separate: `answer` tells the truth of the moment to every request that has not been answered.
 */
export class StopSide {
  readonly stops: Mutable[] = [];
  readonly #world: World;
  readonly #fired = new Map<string, TestOrder>();
  #answered = 0;
  #ids = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Stops that the engine has asked to be placed, whatever became of them. */
  get asked(): Extract<LaneRequest, { type: 'place-stop' }>['stop'][] {
    return this.#world.requestsOf('place-stop').map(({ stop }) => stop);
  }

  get last(): Mutable {
    const stop = this.stops.at(-1);
    if (!stop) throw new Error('no stop lies on the exchange');
    return stop;
  }

  /** The newest request arrives; nobody hears of it. */
  arrive(changes: Partial<WireStop> = {}): Mutable {
    const request = this.asked.at(-1);
    if (!request) throw new Error('no stop was asked for');
    this.#ids += 1;
    const stop: Mutable = {
      stopId: String(this.#ids),
      symbol: request.symbol,
      triggerPrice: request.triggerPrice,
      amount: request.amount,
      createdMs: (Math.floor(this.#world.clock.wall / 1_000) * 1_000) as EpochMs,
      status: 'open',
      firedOrderId: null,
      reason: null,
      ...changes,
    };
    this.stops.push(stop);
    return stop;
  }

  /** The newest request arrives and the engine hears it. */
  accept(): Mutable {
    const stop = this.arrive();
    this.#placed({ type: 'acked', stopId: stop.stopId });
    return stop;
  }

  refuse(label: string): void {
    this.#placed({ type: 'rejected', label, message: label, retryAfterMs: null });
  }

  /** `label`: the exchange has answered with a refusal that is not on the list of those which prove something. */
  lose(reason = 'timeout', label?: string): void {
    this.#placed({ type: 'unknown', reason, ...(label !== undefined && { label }) });
  }

  /** The exchange sells what the stop says, at this price. */
  fire(at: string, stop = this.last, share = '1'): TestOrder {
    const request: OrderRequest = {
      intentId: this.asked.at(-1)?.intentId ?? 0,
      clientOrderId: `fired-${stop.stopId}`,
      symbol: stop.symbol,
      side: 'sell',
      type: 'market',
      timeInForce: 'ioc',
      amount: stop.amount,
      price: null,
      deadlineMs: 0 as EpochMs,
    };
    const order = this.#world.exchange.execute(request, { at, share, fee: '0' });
    stop.status = 'fired';
    stop.firedOrderId = order.exchangeOrderId;
    this.#fired.set(order.exchangeOrderId, order);
    return order;
  }

  /** What the order thread brings of the order that this stop has fired. */
  followed(intentId: number, stop: Mutable): LaneEvent {
    const order = this.#fired.get(stop.firedOrderId ?? '');
    if (!order) throw new Error(`stop ${stop.stopId} has not fired`);
    return say.followed(intentId, [order]);
  }

  /** Every look, cancel and search that has come since is answered as the exchange has it; cancels are carried out. */
  answer(): void {
    const { requests } = this.#world;
    while (this.#answered < requests.length) {
      const request = requests[this.#answered];
      this.#answered += 1;
      this.#answer(request);
    }
  }

  /** Requests of before are never answered. */
  forget(): void {
    this.#answered = this.#world.requests.length;
  }

  #answer(request: LaneRequest): void {
    const { cycler, clock } = this.#world;
    if (request.type === 'cancel-stop' || request.type === 'look-stop') {
      const stop = this.stops.find(({ stopId }) => stopId === request.stopId);
      if (!stop) throw new Error(`no stop ${request.stopId}`);
      if (request.type === 'cancel-stop' && stop.status === 'open') stop.status = 'cancelled';
      cycler.laneEvent({
        type: 'stop-seen',
        intentId: request.intentId,
        askedMono: clock.now,
        stop: { ...stop },
      });
    }
    if (request.type === 'find-stops')
      cycler.laneEvent({
        type: 'stops-found',
        intentId: request.intentId,
        record: {
          startedAtMs: clock.wall as EpochMs,
          complete: true,
          openRows: 0,
          finishedRows: 0,
          tradeRows: 0,
        },
        stops: this.stops.map((stop) => ({ ...stop })),
      });
    if (request.type === 'settle') {
      const order = this.#fired.get(request.exchangeOrderId);
      if (order) cycler.laneEvent({ ...say.settled(order), intentId: request.intentId } as never);
    }
  }

  #placed(
    outcome: Extract<Parameters<World['cycler']['laneEvent']>[0], { type: 'stop-placed' }>['outcome'],
  ): void {
    const { clock, cycler } = this.#world;
    const intentId = this.asked.at(-1)?.intentId ?? 0;
    cycler.laneEvent({
      type: 'stop-placed',
      intentId,
      outcome,
      sentMono: clock.now,
      answeredMono: clock.now,
    });
  }
}
