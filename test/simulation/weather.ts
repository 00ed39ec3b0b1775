/** What lies between the engine and the exchange at the moment: outages, silent feeds, a private stream that fails. */
export class Weather {
  readonly #feedSilentUntilMs: number[] = [];
  readonly #feedLate: { readonly untilMs: number; readonly delayMs: number }[] = [];
  readonly #silencedOrders = new Set<string>();
  #outUntilMs = 0;
  #streamLostUntilMs = 0;
  #streamDelayMs = 0;

  /** When the last outage ends, or has ended. */
  get outUntilMs(): number {
    return this.#outUntilMs;
  }

  /** Nothing reaches the exchange, and nothing that it says arrives. */
  isOut(nowMs: number): boolean {
    return nowMs < this.#outUntilMs;
  }

  cutOff(untilMs: number): void {
    this.#outUntilMs = Math.max(this.#outUntilMs, untilMs);
  }

  isFeedSilent(pair: number, nowMs: number): boolean {
    return nowMs < (this.#feedSilentUntilMs[pair] ?? 0) || this.isOut(nowMs);
  }

  silenceFeed(pair: number, untilMs: number): void {
    this.#feedSilentUntilMs[pair] = untilMs;
  }

  delayFeed(pair: number, untilMs: number, delayMs: number): void {
    this.#feedLate[pair] = { untilMs, delayMs };
  }

  /** By how much a price of the pair that leaves the exchange now comes late. */
  feedDelayMs(pair: number, nowMs: number): number {
    const late = this.#feedLate[pair];
    return late !== undefined && nowMs < late.untilMs ? late.delayMs : 0;
  }

  /** Order events under this name are lost. */
  silenceOrder(clientOrderId: string): void {
    this.#silencedOrders.add(clientOrderId);
  }

  loseStream(untilMs: number): void {
    this.#streamLostUntilMs = untilMs;
  }

  delayStream(ms: number): void {
    this.#streamDelayMs = ms;
  }

  isStreamLost(clientOrderId: string, nowMs: number): boolean {
    return this.isOut(nowMs) || nowMs < this.#streamLostUntilMs || this.#silencedOrders.has(clientOrderId);
  }

  /** By how much the next event of the stream is late, beside the usual. */
  takeStreamDelay(): number {
    const delayMs = this.#streamDelayMs;
    this.#streamDelayMs = 0;
    return delayMs;
  }

  calmDown(): void {
    this.#outUntilMs = 0;
    this.#streamLostUntilMs = 0;
    this.#streamDelayMs = 0;
    this.#feedSilentUntilMs.length = 0;
    this.#feedLate.length = 0;
  }
}
