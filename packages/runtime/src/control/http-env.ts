import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';

/** What each request carries beside itself. */
export interface ControlEnv {
  Bindings: HttpBindings & {
    /** The listener that it came through; log lines of commands name it. */
    via: 'tcp' | 'socket';
    /** Values of `Host` that this listener answers to; null on the Unix socket, where no browser comes. */
    allowedHosts: ReadonlySet<string> | null;
  };
  Variables: {
    /** Which of the two tokens came; set by the guard before any route that needs one. */
    scope: 'control' | 'read';
  };
}

export type Guard = MiddlewareHandler<ControlEnv>;

const HEALTH_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** The two calls that probes make without a token. */
export const isHealthCheck = (path: string): boolean => HEALTH_PATHS.has(path);

/** Everything but these may change something. */
export const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';

/** A path as the log has it: decoded, because only so a secret that somebody put there is known as one. */
export function plainPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
