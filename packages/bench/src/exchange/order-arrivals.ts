import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';

const ORDERS_PATH = '/api/v4/spot/orders';

/** Stamps each order request in this process as soon as node:http has read its head. */
export class OrderArrivals {
  total = 0;
  #waiting: ((arrivedMs: number) => void) | null = null;

  constructor() {
    subscribe('http.server.request.start', (message) => {
      const arrivedMs = performance.now();
      const { request } = message as { request: IncomingMessage };
      if (request.method !== 'POST' || request.url !== ORDERS_PATH) return;
      this.total += 1;
      const waiting = this.#waiting;
      this.#waiting = null;
      waiting?.(arrivedMs);
    });
  }

  /** The next order's moment on this process's monotonic clock, ms; null when none has come within `limitMs`. */
  next(limitMs: number): Promise<number | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting = null;
        resolve(null);
      }, limitMs);
      this.#waiting = (arrivedMs) => {
        clearTimeout(timer);
        resolve(arrivedMs);
      };
    });
  }
}
