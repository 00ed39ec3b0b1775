import { accountRoutes } from './rest-account.js';
import { marketRoutes, otherProductRoutes } from './rest-market.js';
import { orderRoutes } from './rest-orders.js';
import { triggerRoutes } from './rest-triggers.js';
import type { Route } from './rest-types.js';

export const BASE_PATH = '/api/v4';

export const ROUTES: readonly Route[] = [
  ...marketRoutes,
  ...orderRoutes,
  ...triggerRoutes,
  ...accountRoutes,
  ...otherProductRoutes,
];

export interface RouteMatch {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

const SEGMENTS = ROUTES.map((route) => ({ route, segments: route.path.split('/') }));

function paramsOf(pattern: readonly string[], given: readonly string[]): Record<string, string> | null {
  if (pattern.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, segment] of pattern.entries()) {
    const value = given[index] ?? '';
    if (segment.startsWith(':')) params[segment.slice(1)] = value;
    else if (segment !== value) return null;
  }
  return params;
}

/** The route of a request. `wrong-method` when only the method differs, null when nothing has that path. */
export function findRoute(method: string, path: string): RouteMatch | 'wrong-method' | null {
  if (!path.startsWith(`${BASE_PATH}/`)) return null;
  const given = path.slice(BASE_PATH.length).split('/');
  let pathKnown = false;
  for (const { route, segments } of SEGMENTS) {
    const params = paramsOf(segments, given);
    if (params === null) continue;
    if (route.method === method) return { route, params };
    pathKnown = true;
  }
  return pathKnown ? 'wrong-method' : null;
}
