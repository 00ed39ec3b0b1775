import type { Clock } from '@mtrade/base';
import { WebSocket } from 'ws';

export interface ConnectionOptions {
  readonly url: string;
  /** Silence that makes us ask, and again the same silence that makes us give up. */
  readonly silenceMs: number;
  readonly maxFrameBytes: number;
}

export interface ConnectionHandlers {
  readonly onOpen: () => void;
  readonly onText: (data: Buffer) => void;
  readonly onBinary: (data: Buffer) => void;
  /** Exactly once, unless `drop` came first. */
  readonly onClosed: (reason: string) => void;
  /** The exchange's own ping, as text: some proxies answer WebSocket pings themselves. */
  readonly pingText: () => string;
}

export interface Connection {
  readonly send: (text: string) => void;
  /** Ends it without a farewell and without `onClosed`. */
  readonly drop: () => void;
}

/**
 * One WebSocket from its handshake to its end, with a liveness of its own: a half-open socket reports nothing by
 * itself, for ever (W01). Any end is one call of `onClosed`; nothing is left behind.
 */
export function openConnection(
  options: ConnectionOptions,
  handlers: ConnectionHandlers,
  clock: Clock,
): Connection {
  const { silenceMs } = options;
  const socket = new WebSocket(options.url, {
    perMessageDeflate: false,
    maxPayload: options.maxFrameBytes,
    followRedirects: false,
    handshakeTimeout: 2 * silenceMs,
  });
  let over = false;
  let timer: NodeJS.Timeout | null = null;
  let heardMono = 0;
  let asked = false;

  const end = (): boolean => {
    if (over) return false;
    over = true;
    if (timer !== null) clearTimeout(timer);
    // While the handshake runs this makes the socket emit an error, which the listener below takes.
    socket.terminate();
    return true;
  };
  const fail = (reason: string): void => {
    if (end()) handlers.onClosed(reason);
  };
  const heard = (): void => {
    heardMono = clock.monoMs();
    asked = false;
  };
  const send = (text: string): void => {
    if (!over && socket.readyState === WebSocket.OPEN) socket.send(text);
  };
  const watch = (afterMs: number): void => {
    timer = setTimeout(() => {
      const silentMs = clock.monoMs() - heardMono;
      if (silentMs < silenceMs) return watch(silenceMs - silentMs);
      if (!asked) {
        asked = true;
        send(handlers.pingText());
        socket.ping();
        return watch(silenceMs);
      }
      // After a stall of our own loop the answer may lie unread in the socket: it is read before this runs.
      setImmediate(() => {
        if (asked) fail(`no frame for ${Math.round(silentMs)} ms`);
        else if (!over) watch(silenceMs);
      });
    }, afterMs);
  };

  socket.on('open', () => {
    if (over) return;
    heard();
    watch(silenceMs);
    handlers.onOpen();
  });
  socket.on('message', (data: Buffer, isBinary) => {
    if (over) return;
    heard();
    if (isBinary) handlers.onBinary(data);
    else handlers.onText(data);
  });
  socket.on('ping', heard);
  socket.on('pong', heard);
  socket.on('error', (error) => fail(error.message));
  socket.on('close', (code, words) =>
    fail(`closed by the exchange: ${code} ${words.toString('utf8').slice(0, 100)}`.trimEnd()),
  );

  return { send, drop: () => void end() };
}
