import type { Logger } from '@mtrade/log';
import { EventClient, type StreamMessage } from './event-client.js';
import { EventRing } from './event-ring.js';
import type { ControlLimits } from './limits.js';
import type { EngineEvent } from './ports.js';
import { Problem } from './problem.js';

const HEARTBEAT: StreamMessage = { comment: 'heartbeat' };
/** The framing forbids line breaks in names, and names are identifiers anyway. */
const EVENT_NAME = /^[\w.-]{1,64}$/;

type HubOptions = Pick<ControlLimits, 'eventClients' | 'eventClientBuffer' | 'eventRing' | 'heartbeatMs'>;

/** One subscription to the engine, many readers. An event is put into text once, not once per reader. */
export class EventHub {
  readonly #options: HubOptions;
  readonly #log: Logger;
  readonly #ring: EventRing;
  readonly #clients = new Set<EventClient>();
  readonly #unsubscribe: () => void;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(
    options: HubOptions,
    deps: {
      readonly subscribe: (listener: (event: EngineEvent) => void) => () => void;
      readonly log: Logger;
    },
  ) {
    this.#options = options;
    this.#log = deps.log;
    this.#ring = new EventRing(options.eventRing);
    this.#unsubscribe = deps.subscribe((event) => this.#publish(event));
    this.#heartbeat = setInterval(() => this.#send(HEARTBEAT), options.heartbeatMs);
    this.#heartbeat.unref();
  }

  /**
   * A new reader, which first gets what it missed after `lastId`. `disconnect` is called if it proves too slow.
   * Whoever opens a client closes it through `release`.
   */
  open(lastId: number | null, disconnect: () => void): EventClient {
    if (this.#clients.size >= this.#options.eventClients) {
      const detail = `${this.#options.eventClients} event streams are open already; close one`;
      throw new Problem(429, 'HTTP_TOO_MANY', detail, { 'Retry-After': '10' });
    }
    const replay = lastId === null ? { events: [], complete: true } : this.#ring.after(lastId);
    // What is replayed comes on top of the bound, which is about what happens while the client reads.
    const capacity = this.#options.eventClientBuffer + replay.events.length + 2;
    const client: EventClient = new EventClient(capacity, () => {
      this.#clients.delete(client);
      this.#log.warn({ clients: this.#clients.size }, 'slow reader of the event stream dropped');
      disconnect();
    });
    this.#clients.add(client);
    client.offer({ comment: 'connected' });
    if (!replay.complete) client.offer({ event: 'gap', data: JSON.stringify({ after: lastId }) });
    for (const event of replay.events) client.offer(toMessage(event));
    return client;
  }

  release(client: EventClient): void {
    client.close();
    this.#clients.delete(client);
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.#unsubscribe();
    for (const client of this.#clients) client.close();
    this.#clients.clear();
  }

  #publish(event: EngineEvent): void {
    this.#ring.push(event);
    if (this.#clients.size > 0) this.#send(toMessage(event));
  }

  #send(message: StreamMessage): void {
    for (const client of this.#clients) client.offer(message);
  }
}

function toMessage({ id, epochMs, event, symbol, details }: EngineEvent): StreamMessage {
  return {
    id: String(id),
    event: EVENT_NAME.test(event) ? event : 'event',
    data: JSON.stringify({ id, epochMs, event, symbol, details }),
  };
}
