import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from '@mtrade/log';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { FaultPort } from '../faults/fault-port.js';
import type { WsHub } from './ws-hub.js';
import type { WsProtocol } from './ws-protocol.js';
import { type SessionCounts, WsSession } from './ws-session.js';

export const WS_PATH = '/ws/v4/';
const MAX_REQUEST_BYTES = 256 * 1_024;
const MAX_SOCKETS = 1_000;

export interface WsServerOptions {
  /** Protocol-level pings; a client that does not answer one before the next is cut off. 0 = none. */
  readonly pingEveryMs: number;
}

export interface WsServerDeps {
  readonly hub: WsHub;
  readonly protocol: WsProtocol;
  readonly faults: FaultPort;
  readonly log: Logger;
}

/** Upgrades HTTP connections to sessions and ends them. */
export class WsServer {
  readonly counts: SessionCounts = {
    framesSent: 0,
    replaceableSent: 0,
    framesReplaced: 0,
    slowSocketsClosed: 0,
  };
  readonly #deps: WsServerDeps;
  readonly #server: WebSocketServer;
  readonly #sessions = new Map<WebSocket, WsSession>();
  readonly #unanswered = new WeakSet<WebSocket>();
  readonly #pingTimer: NodeJS.Timeout | undefined;
  #connections = 0;

  constructor(options: WsServerOptions, deps: WsServerDeps) {
    this.#deps = deps;
    this.#server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: MAX_REQUEST_BYTES,
      clientTracking: false,
      autoPong: false,
    });
    if (options.pingEveryMs > 0)
      this.#pingTimer = setInterval(() => this.#pingAll(), options.pingEveryMs).unref();
  }

  get sockets(): number {
    return this.#sessions.size;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const path = (request.url ?? '').split('?')[0];
    if (path !== WS_PATH && path !== WS_PATH.slice(0, -1)) return refuse(socket, 404);
    const hit = this.#deps.faults.forWs({ event: 'connect' });
    if (hit?.fault.kind === 'refuse-connection') return refuse(socket, hit.fault.status ?? 503);
    if (hit?.fault.kind === 'drop-socket') {
      socket.destroy();
      return;
    }
    if (this.#sessions.size >= MAX_SOCKETS) return refuse(socket, 503);
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      const session = this.#open(ws, socket as Socket);
      if (hit?.fault.kind === 'silence') session.silence();
    });
  }

  dropSockets(): number {
    const count = this.#sessions.size;
    for (const ws of this.#sessions.keys()) ws.terminate();
    return count;
  }

  close(): void {
    clearInterval(this.#pingTimer);
    this.dropSockets();
    this.#server.close();
  }

  #open(ws: WebSocket, socket: Socket): WsSession {
    this.#connections += 1;
    const { faults, hub, protocol, log } = this.#deps;
    const connId = this.#connections.toString(16).padStart(16, '0');
    socket.setNoDelay(true);
    const session = new WsSession(connId, ws, socket, { faults, counts: this.counts });
    this.#sessions.set(ws, session);
    ws.on('message', (data: RawData) => {
      try {
        protocol.receive(session, messageText(data));
      } catch (error) {
        log.error({ err: error }, 'exchange socket request failed');
        ws.terminate();
      }
    });
    ws.on('pong', () => this.#unanswered.delete(ws));
    ws.on('error', () => ws.terminate());
    ws.on('close', () => {
      hub.leave(session);
      this.#sessions.delete(ws);
    });
    return session;
  }

  #pingAll(): void {
    for (const ws of this.#sessions.keys()) {
      if (this.#unanswered.has(ws)) {
        ws.terminate();
        continue;
      }
      this.#unanswered.add(ws);
      ws.ping();
    }
  }
}

const messageText = (data: RawData): string => {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
};

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
