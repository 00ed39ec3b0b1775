import { signal } from '@preact/signals';

export type PageName = 'overview' | 'pair' | 'profit' | 'journal' | 'ladder' | 'engine';
export interface Route {
  readonly page: PageName;
  /** As it stands in the address: `ETH-USDT`. */
  readonly pair: string | null;
}

const NAMES: readonly PageName[] = ['profit', 'journal', 'ladder', 'engine'];

function parse(hash: string): Route {
  const [name = '', pair = null] = hash.replace(/^#\/?/, '').split('/');
  if (name === 'pairs' && pair !== null) return { page: 'pair', pair };
  const page = NAMES.find((one) => one === name);
  return page === undefined ? { page: 'overview', pair: null } : { page, pair };
}

/** Pages live behind the `#`: the engine serves one file, and the address never becomes a path there. */
export const route = signal<Route>(parse(location.hash));

export function followAddress(): void {
  addEventListener('hashchange', () => {
    const next = parse(location.hash);
    if (next.page !== route.value.page || next.pair !== route.value.pair) scrollTo(0, 0);
    route.value = next;
  });
}

export const pathName = (symbol: string): string => symbol.replace('/', '-');
export const pairHref = (symbol: string): string => `#/pairs/${pathName(symbol)}`;
