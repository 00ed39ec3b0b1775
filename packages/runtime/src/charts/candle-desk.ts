import type { Clock } from '@mtrade/base';
import { errorText, MtradeError } from '@mtrade/base';
import type { Candle, CandleRange, CandleReader } from '@mtrade/venue/candles';

/** A chart that several pages look at costs the exchange one call in this time. */
const FRESH_MS = 5_000;
/** Charts that are kept; the one that was asked for longest ago goes. */
const KEPT = 64;
const DEADLINE_MS = 5_000;

interface Kept {
  readonly askedMono: number;
  readonly candles: Promise<readonly Candle[]>;
}

/**
 * Fetches price history for charts from the exchange's public side, on the supervisor's thread and outside the rate
 * budget of orders: public calls are limited per address, private ones per account. Rejects with MtradeError.
 */
export class CandleDesk {
  readonly #restUrl: string;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();
  #reader: Promise<CandleReader> | null = null;

  constructor(restUrl: string, clock: Clock) {
    this.#restUrl = restUrl;
    this.#clock = clock;
  }

  async candles(range: CandleRange): Promise<readonly Candle[]> {
    const key = `${range.symbol} ${range.interval} ${range.limit}`;
    const nowMono = this.#clock.monoMs();
    let kept = this.#kept.get(key);
    if (!kept || nowMono - kept.askedMono >= FRESH_MS) {
      kept = { askedMono: nowMono, candles: this.#read(range) };
      this.#keep(key, kept);
    }
    try {
      return await kept.candles;
    } catch (error) {
      throw new MtradeError(
        'MTRADE_EXCHANGE_UNAVAILABLE',
        `the exchange does not show its price history: ${errorText(error)}`,
        { url: this.#restUrl },
        { cause: error },
      );
    }
  }

  async close(): Promise<void> {
    await (await this.#reader)?.close();
  }

  /** The HTTP client is loaded by the first chart: an engine that nobody looks at does without. */
  async #read(range: CandleRange): Promise<readonly Candle[]> {
    this.#reader ??= import('@mtrade/venue').then(({ createGateCandleReader }) =>
      createGateCandleReader({ restUrl: this.#restUrl, requestDeadlineMs: DEADLINE_MS }),
    );
    return (await this.#reader).candles(range);
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) return;
      this.#kept.delete(oldest);
    }
  }
}
