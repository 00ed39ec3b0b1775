import type { BestTick } from './ticks.js';

/** A rendered frame of Gate's `spot.book_ticker` whose times and id can be renewed in place. */
export class GateFrame {
  readonly bytes: Buffer;
  readonly #times: readonly number[];
  readonly #idAt: number;

  constructor(symbol: string, { bid, bidSize, ask, askSize }: BestTick) {
    const [ms, id] = [FIRST_MS, String(FIRST_ID)];
    const text =
      `{"time":1700000000,"time_ms":${ms},"channel":"spot.book_ticker","event":"update","result":` +
      `{"t":${ms},"u":${id},"s":"${symbol.replace('/', '_')}","b":"${bid}","B":"${bidSize}","a":"${ask}","A":"${askSize}"}}`;
    this.bytes = Buffer.from(text);
    this.#times = [text.indexOf(ms), text.indexOf(ms, text.indexOf('"t":'))];
    this.#idAt = text.indexOf(`"u":${id}`) + 4;
  }

  /** `id` has ten digits at most and begins at 1e9, so that no digit is a leading zero. */
  renew(epochMs: number, id: number): void {
    for (const at of this.#times) writeDigits(this.bytes, at, MS_DIGITS, epochMs);
    writeDigits(this.bytes, this.#idAt, ID_DIGITS, id);
  }
}

const MS_DIGITS = 13;
const ID_DIGITS = 10;
const ZERO = 48;
/** Valid as they are; renewed before a frame is sent. */
const FIRST_MS = '1700000000000';
export const FIRST_ID = 1_000_000_000;

function writeDigits(bytes: Buffer, at: number, digits: number, value: number): void {
  let rest = value;
  for (let index = at + digits - 1; index >= at; index -= 1) {
    const higher = Math.floor(rest / 10);
    bytes[index] = ZERO + (rest - higher * 10);
    rest = higher;
  }
}

/** One frame for each tick, the pairs in turn. */
export const framesOf = (symbols: readonly string[], ticks: readonly BestTick[]): GateFrame[] =>
  ticks.map((tick, index) => new GateFrame(symbols[index % symbols.length] as string, tick));
