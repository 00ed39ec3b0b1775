import type { ScaledPrice } from '@mtrade/engine';
import { symbolOf } from './pair.js';

/** What most frames are, read without making strings of them. Same meaning as in `ParsedFrame`. */
export interface BookTickerFrame {
  readonly type: 'book-ticker';
  readonly symbol: string;
  readonly bid: ScaledPrice;
  readonly ask: ScaledPrice;
  readonly exchangeMs: number;
  readonly sequence: number;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const HEAD = bytes('{"time":');
const TIME_MS = bytes(',"time_ms":');
const RESULT = bytes(',"channel":"spot.book_ticker","event":"update","result":{"t":');
const SEQUENCE = bytes(',"u":');
const PAIR = bytes(',"s":"');
const BID = bytes('","b":"');
const BID_SIZE = bytes('","B":"');
const ASK = bytes('","a":"');
const ASK_SIZE = bytes('","A":"');
const TAIL = bytes('"}}');

const QUOTE = 34;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
/** So many digits are always a safe integer. */
const MOST_DIGITS = 15;
const MOST_PAIR_BYTES = 41;
const MOST_PAIRS = 4_096;

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

// Filled anew by each scan: at thousands of frames a second, what is made for each of them is work for the collector.
const bid: Writable<ScaledPrice> = { mantissa: 0, decimals: 0 };
const ask: Writable<ScaledPrice> = { mantissa: 0, decimals: 0 };
const found: Writable<BookTickerFrame> = {
  type: 'book-ticker',
  symbol: '',
  bid,
  ask,
  // No small integers: V8 then keeps a place for a double here from the beginning.
  exchangeMs: 0.5,
  sequence: 0.5,
};

/**
 * Reads a `book_ticker` frame that is written exactly as the exchange writes it, byte for byte; null for everything
 * else, which is then read as JSON. So it need not know what JSON allows: whatever it is not sure of is not its own. A
 * test holds both against each other on rendered and on mutilated frames.
 *
 * The result stands until the next scan; whoever keeps it copies it.
 */
export function scanBookTicker(frame: Buffer): BookTickerFrame | null {
  cursor = 0;
  source = frame;
  if (!(expect(HEAD) && number() >= 0 && expect(TIME_MS) && number() >= 0 && expect(RESULT))) return null;
  const exchangeMs = number();
  if (exchangeMs <= 0 || !expect(SEQUENCE)) return null;
  const sequence = number();
  if (sequence < 0 || !expect(PAIR)) return null;
  const symbol = pair();
  if (symbol === null || !expect(BID)) return null;
  if (!price(bid) || !expect(BID_SIZE) || !size() || !expect(ASK)) return null;
  if (!price(ask) || !expect(ASK_SIZE) || !size() || !expect(TAIL)) return null;
  if (cursor !== frame.length) return null;
  found.symbol = symbol;
  found.exchangeMs = exchangeMs;
  found.sequence = sequence;
  return found;
}

/** Where the one scan that can be under way stands: this code runs to its end without giving way. */
let source: Buffer = Buffer.alloc(0);
let cursor = 0;

function expect(literal: Uint8Array): boolean {
  for (let index = 0; index < literal.length; index += 1)
    if (source[cursor + index] !== literal[index]) return false;
  cursor += literal.length;
  return true;
}

const isDigit = (code: number | undefined): boolean => code !== undefined && code >= ZERO && code <= NINE;

/** A whole number as JSON writes it; -1 when there is none. */
function number(): number {
  const start = cursor;
  let value = 0;
  while (isDigit(source[cursor])) {
    value = value * 10 + ((source[cursor] as number) - ZERO);
    cursor += 1;
  }
  const digits = cursor - start;
  const hasLeadingZero = digits > 1 && source[start] === ZERO;
  return digits === 0 || digits > MOST_DIGITS || hasLeadingZero ? -1 : value;
}

/** As `parseScaledPrice`, into `into`: trailing zeros are dropped, so that equal prices are equal numbers. */
function price(into: Writable<ScaledPrice>): boolean {
  const start = cursor;
  let dot = -1;
  for (; ; cursor += 1) {
    const code = source[cursor];
    if (code === DOT && dot < 0) dot = cursor;
    else if (!isDigit(code)) break;
  }
  let end = cursor;
  // Longer ones are rare, and JSON's way knows what is right for them.
  if (end === start || dot === start || dot === end - 1 || end - start > MOST_DIGITS + 1) return false;
  if (dot >= 0) {
    while (source[end - 1] === ZERO) end -= 1;
    if (end - 1 === dot) end = dot;
  }
  let mantissa = 0;
  let digits = 0;
  for (let index = start; index < end; index += 1) {
    if (index === dot) continue;
    mantissa = mantissa * 10 + ((source[index] as number) - ZERO);
    digits += 1;
  }
  if (mantissa === 0 || digits > MOST_DIGITS) return false;
  into.mantissa = mantissa;
  into.decimals = dot >= 0 && end > dot ? end - dot - 1 : 0;
  return true;
}

/** Sizes are not used; any digits and dots will do, for nothing else can stand in such a string unescaped. */
function size(): boolean {
  while (isDigit(source[cursor]) || source[cursor] === DOT) cursor += 1;
  return source[cursor] === QUOTE;
}

interface Known {
  readonly pair: Buffer;
  readonly symbol: string;
}

/** Pairs that have come before, by a hash of their bytes. */
const known = new Map<number, Known>();

function pair(): string | null {
  const start = cursor;
  let hash = 0;
  while (source[cursor] !== QUOTE) {
    if (cursor >= source.length || cursor - start > MOST_PAIR_BYTES) return null;
    hash = (hash * 31 + (source[cursor] as number)) | 0;
    cursor += 1;
  }
  const seen = known.get(hash);
  if (seen !== undefined && isAt(start, seen.pair)) return seen.symbol;
  const text = source.toString('latin1', start, cursor);
  const symbol = symbolOf(text);
  if (symbol !== null && seen === undefined && known.size < MOST_PAIRS)
    known.set(hash, { pair: Buffer.from(text, 'latin1'), symbol });
  return symbol;
}

function isAt(start: number, wanted: Buffer): boolean {
  if (cursor - start !== wanted.length) return false;
  for (let index = 0; index < wanted.length; index += 1)
    if (source[start + index] !== wanted[index]) return false;
  return true;
}
