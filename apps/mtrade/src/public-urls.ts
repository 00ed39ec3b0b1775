import type { MtradeConfig } from '@mtrade/config';

/** Where market data comes from: the configured exchange; in paper mode, which has its own, the real one. */
export async function publicUrls({ exchange }: MtradeConfig): Promise<{ restUrl: string; wsUrl: string }> {
  const { GATE_URLS } = await import('@mtrade/config');
  return {
    restUrl: exchange.restUrl ?? GATE_URLS.live.restUrl,
    wsUrl: exchange.wsUrl ?? GATE_URLS.live.wsUrl,
  };
}
