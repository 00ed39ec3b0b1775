import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { FaultPort, FiredWsFault } from '../faults/fault-port.js';
import { type Damaged, huge, malformed, withResult } from './ws-damage.js';
import type { Frame } from './ws-frame.js';

/** Above this much unread output a reader is slow: replaceable frames wait, only the newest of each key survives. */
const SLOW_BYTES = 256 * 1_024;
/** Above this much the socket is closed, because what must not be lost can no longer be kept. */
const MAX_UNREAD_BYTES = 4 * 1_024 * 1_024;
const HUGE_BYTES = 2 * 1_024 * 1_024;

/** Counts of all sessions of a server. */
export interface SessionCounts {
  framesSent: number;
  /** Of these, the ones that a newer one may replace: prices, books, tickers. */
  replaceableSent: number;
  framesReplaced: number;
  slowSocketsClosed: number;
}

export interface WsSessionDeps {
  readonly faults: FaultPort;
  readonly counts: SessionCounts;
}

/**
 * One WebSocket connection, sending side. Memory per connection is bounded: at most `MAX_UNREAD_BYTES` of output plus
 * one waiting frame for each replaceable subscription.
 */
export class WsSession {
  readonly connId: string;
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  readonly #deps: WsSessionDeps;
  readonly #waiting = new Map<string, Frame>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #held: Frame[] = [];
  #silent = false;
  #closed = false;

  constructor(connId: string, ws: WebSocket, socket: Socket, deps: WsSessionDeps) {
    this.connId = connId;
    this.#ws = ws;
    this.#socket = socket;
    this.#deps = deps;
    socket.on('drain', () => this.#flush());
    // The library answers protocol pings by itself; a silent socket must not, so the server does it here.
    ws.on('ping', (data: Buffer) => {
      if (!this.#silent && !this.#closed) ws.pong(data);
    });
    ws.on('close', () => this.#end());
  }

  /** From now on the connection is half dead: open, and nothing comes. */
  silence(): void {
    this.#silent = true;
  }

  /** Cuts the connection. Nothing may be counted or kept for it from this moment, not only from its `close` event. */
  drop(): void {
    this.#end();
    this.#ws.terminate();
  }

  /** Sends a frame that the server makes by itself, or what a fault makes of it. */
  send(frame: Frame): void {
    if (this.#closed || this.#silent) return;
    if (this.#deps.faults.watchesFrames) {
      const { channel, symbol, side, text } = frame;
      const hit = this.#deps.faults.forWs({ event: 'update', channel, symbol, side, text });
      if (hit !== undefined) return this.hit(hit, frame);
    }
    this.#deliver(frame);
    this.#releaseHeld();
  }

  /** Sends the answer to a client's request; faults about requests were asked before. */
  reply(frame: Frame): void {
    if (this.#closed || this.#silent) return;
    this.#deliver(frame);
  }

  /** Carries out a fault on a frame. Faults about subscriptions mean nothing here and let the frame pass. */
  hit({ fault, remembered }: FiredWsFault, frame: Frame): void {
    switch (fault.kind) {
      case 'silence':
        return this.silence();
      case 'drop-socket':
        return this.drop();
      case 'close-socket':
        this.#ws.close(fault.code ?? 1001, fault.reason ?? '');
        return;
      case 'swallow':
        return;
      case 'delay':
        return this.#later(fault.ms, frame);
      case 'duplicate':
        this.#deliver(frame);
        return this.#deliver(frame);
      case 'reorder':
        this.#held.push(frame);
        return;
      case 'stale': {
        const text = remembered ?? frame.text;
        return this.#deliver({ ...frame, text, data: Buffer.from(text) });
      }
      case 'rewrite':
        return this.#sendRaw(withResult(frame.text, fault.set));
      case 'malformed':
        return this.#sendRaw(malformed(frame.text, fault.variant ?? 'cut-json'));
      case 'huge':
        return this.#sendRaw(huge(frame.text, fault.bytes ?? HUGE_BYTES));
      case 'refuse-connection':
      case 'refuse-subscription':
      case 'forget-subscription':
        return this.#deliver(frame);
    }
  }

  #deliver(frame: Frame): void {
    const unread = this.#socket.writableLength;
    if (frame.replaceKey !== null) {
      if (unread > SLOW_BYTES) {
        if (this.#waiting.has(frame.replaceKey)) this.#deps.counts.framesReplaced += 1;
        this.#waiting.set(frame.replaceKey, frame);
        return;
      }
      // Never let an older waiting frame overtake this one.
      if (this.#waiting.delete(frame.replaceKey)) this.#deps.counts.framesReplaced += 1;
    } else if (unread > MAX_UNREAD_BYTES) {
      this.#deps.counts.slowSocketsClosed += 1;
      return this.drop();
    }
    this.#handOver(frame);
  }

  #handOver(frame: Frame): void {
    this.#deps.counts.framesSent += 1;
    if (frame.replaceKey !== null) this.#deps.counts.replaceableSent += 1;
    this.#ws.send(frame.data, { binary: false });
  }

  #flush(): void {
    for (const [key, frame] of this.#waiting) {
      if (this.#closed || this.#socket.writableLength > SLOW_BYTES) return;
      this.#waiting.delete(key);
      this.#handOver(frame);
    }
  }

  #releaseHeld(): void {
    if (this.#held.length === 0) return;
    const held = this.#held;
    this.#held = [];
    for (const frame of held) this.#deliver(frame);
  }

  #later(ms: number, frame: Frame): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#closed && !this.#silent) this.#deliver(frame);
    }, ms).unref();
    this.#timers.add(timer);
  }

  #sendRaw({ data, binary, fragments }: Damaged): void {
    this.#deps.counts.framesSent += 1;
    if (!fragments) {
      this.#ws.send(data, { binary });
      return;
    }
    for (let index = 0; index < data.length; index += 1)
      this.#ws.send(data.subarray(index, index + 1), { binary: false, fin: index === data.length - 1 });
  }

  #end(): void {
    this.#closed = true;
    this.#waiting.clear();
    this.#held = [];
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
