import type { LaneEvent, OrderRequest } from '@mtrade/engine';
import { say, seen, type TestOrder } from './exchange.js';
import type { World } from './world.js';

export type Fate = 'filled' | 'partial' | 'killed' | 'rejected';

interface Arrival {
  readonly order: TestOrder;
  /** From then on lists show it. */
  readonly visibleMs: number;
}

/**
 * An order thread and an exchange in the worst of moods, but within what the protocol assumes: an order is executed at
 * most once and not after its deadline, and lists show it within ten seconds. Every word to the engine lies in a bag
 * until the test takes it out: in any order, once, twice or never.
 */
export class HostileLane {
  readonly arrived = new Map<string, Arrival>();
  readonly #world: World;
  readonly #bag: LaneEvent[] = [];
  readonly #waiting: OrderRequest[] = [];
  #read = 0;

  constructor(world: World) {
    this.#world = world;
  }

  get bagSize(): number {
    return this.#bag.length;
  }

  /** Reads the requests that have come since the last look; scans and settles are answered into the bag. */
  listen(isReachable: boolean): void {
    const { requests, clock } = this.#world;
    for (const request of requests.slice(this.#read)) {
      if (request.type === 'place') this.#waiting.push(request.order);
      if (request.type === 'settle')
        this.#bag.push(this.#settle(request.intentId, request.exchangeOrderId, isReachable));
      if (request.type === 'scan') {
        const known = this.arrived.get(request.clientOrderId);
        const found = isReachable && known && known.visibleMs <= clock.wall ? [seen(known.order)] : [];
        this.#bag.push(say.scanned(request.intentId, clock.wall, found, isReachable));
      }
      if (request.type === 'refresh-balances' && isReachable) this.#world.tellBalances();
      if (request.type === 'refresh-clock' && isReachable) this.#world.tellClock();
    }
    this.#read = requests.length;
  }

  /** A waiting order reaches the exchange; its answer, or news of its loss, goes into the bag. */
  arrive(index: number, fate: Fate, lagMs: number, isAnswered: boolean, price: string): void {
    const [request] = this.#waiting.splice(index % Math.max(1, this.#waiting.length), 1);
    if (!request) return;
    const { clock } = this.#world;
    if (clock.wall >= request.deadlineMs || fate === 'rejected') {
      const label = fate === 'rejected' ? 'BALANCE_NOT_ENOUGH' : 'REQUEST_EXPIRED';
      this.#bag.push(isAnswered ? say.rejected(request, label) : say.unknown(request));
      return;
    }
    const share = { filled: '1', partial: request.timeInForce === 'fok' ? '1' : '0.4', killed: '0' }[fate];
    const at = request.price ?? price;
    const order = this.#world.exchange.execute(request, { at, share, fee: '0.001', trades: 1 + (index % 3) });
    this.arrived.set(request.clientOrderId, { order, visibleMs: clock.wall + lagMs });
    const fromStream = say.evidence(seen(order, { filledBase: null, filledQuote: null }));
    this.#bag.push(fromStream, isAnswered ? say.acked(order) : say.unknown(request), say.settled(order));
  }

  /** Takes a word out of the bag, or reads it and puts it back. */
  speak(index: number, isKept: boolean): void {
    if (this.#bag.length === 0) return;
    const at = index % this.#bag.length;
    const [event] = isKept ? [this.#bag[at]] : this.#bag.splice(at, 1);
    if (event) this.#world.cycler.laneEvent(event);
  }

  lose(index: number): void {
    this.#bag.splice(index % Math.max(1, this.#bag.length), 1);
  }

  #settle(intentId: number, exchangeOrderId: string, isReachable: boolean): LaneEvent {
    const known = [...this.arrived.values()].find(({ order }) => order.exchangeOrderId === exchangeOrderId);
    return isReachable && known ? say.settled(known.order) : say.settleFailed(intentId);
  }
}
