import { assert } from '@mtrade/base';
import { ClockCell } from './clock-cell.js';
import { CommitGate } from './commit-gate.js';
import { Counters } from './counters.js';
import { GaugeCells } from './gauge-cells.js';
import { Heartbeats } from './heartbeats.js';
import { Latencies } from './latencies.js';
import { Header, LAYOUT_VERSION, MAGIC, type Section, layoutFor } from './layout.js';
import { PairSlots } from './pair-slots.js';
import { PriceCells } from './price-cells.js';
import { TriggerCells } from './trigger-cells.js';
import { MAX_PAIRS, UrgentQueue } from './urgent-queue.js';
import { WakeWord } from './wake-word.js';
import { SharedWords } from './words.js';

export interface BoardOptions {
  /** The position of a symbol is its pair index everywhere on the board. */
  readonly symbols: readonly string[];
  /** How many pairs the urgent queue holds before it answers `full`. */
  readonly urgentCapacity: number;
}

/** What crosses to another thread (`workerData`): the memory itself, and how to read it. */
export interface BoardHandle {
  readonly layoutVersion: number;
  readonly symbols: readonly string[];
  readonly urgentCapacity: number;
  readonly buffer: SharedArrayBuffer;
}

/**
 * The memory that the threads of one engine share. Everything in it is a hint that may vanish with the process: no
 * order rests on it. docs/shared-memory.md draws every byte.
 */
export class Board {
  readonly handle: BoardHandle;
  readonly symbols: readonly string[];
  readonly prices: PriceCells;
  readonly slots: PairSlots;
  readonly urgent: UrgentQueue;
  readonly counters: Counters;
  readonly triggers: TriggerCells;
  readonly heartbeats: Heartbeats;
  readonly latencies: Latencies;
  readonly gauges: GaugeCells;
  readonly cyclerWake: WakeWord;
  readonly commitGate: CommitGate;
  readonly clock: ClockCell;
  readonly #indexes: ReadonlyMap<string, number>;

  /** Use `createBoard` or `attachBoard`. */
  constructor(handle: BoardHandle) {
    const { buffer, symbols, urgentCapacity } = handle;
    const pairs = symbols.length;
    const layout = layoutFor(pairs);
    const words = ({ byteOffset, sizeBytes }: Section) => new SharedWords(buffer, byteOffset, sizeBytes);
    this.handle = handle;
    this.symbols = symbols;
    this.#indexes = new Map(symbols.map((symbol, index) => [symbol, index]));
    this.cyclerWake = new WakeWord(buffer, layout.cyclerWake.byteOffset);
    this.commitGate = new CommitGate(buffer, layout.commitGate.byteOffset);
    this.clock = new ClockCell(words(layout.clock));
    this.heartbeats = new Heartbeats(words(layout.heartbeats));
    this.counters = new Counters(words(layout.counters));
    this.urgent = new UrgentQueue({ pairs, capacity: urgentCapacity }, words(layout.urgent));
    this.slots = new PairSlots(pairs, words(layout.slots));
    this.triggers = new TriggerCells(words(layout.triggers));
    this.prices = new PriceCells(words(layout.prices));
    this.latencies = new Latencies(words(layout.latencies));
    this.gauges = new GaugeCells(words(layout.pairGauges), words(layout.engineGauge));
  }

  /** The pair index of a symbol, -1 when the board does not carry it. */
  indexOf(symbol: string): number {
    return this.#indexes.get(symbol) ?? -1;
  }
}

export function createBoard({ symbols, urgentCapacity }: BoardOptions): Board {
  assert(symbols.length <= MAX_PAIRS, `${symbols.length} pairs do not fit the board; ${MAX_PAIRS} do`);
  assert(new Set(symbols).size === symbols.length, 'a pair is listed twice');
  assert(
    Number.isInteger(urgentCapacity) && urgentCapacity > 0,
    `urgent capacity ${urgentCapacity} is no count`,
  );
  const { header, sizeBytes } = layoutFor(symbols.length);
  const buffer = new SharedArrayBuffer(sizeBytes);
  const words = new SharedWords(buffer, header.byteOffset, header.sizeBytes);
  words.store(Header.magic, MAGIC);
  words.store(Header.layoutVersion, LAYOUT_VERSION);
  words.store(Header.pairs, symbols.length);
  words.store(Header.urgentCapacity, urgentCapacity);
  words.store(Header.sizeBytes, sizeBytes);
  return new Board({ layoutVersion: LAYOUT_VERSION, symbols: [...symbols], urgentCapacity, buffer });
}

/** Opens a board that another thread created. Memory of another shape is a contradiction, found here and not later. */
export function attachBoard(handle: BoardHandle): Board {
  const { buffer, layoutVersion, symbols, urgentCapacity } = handle;
  assert(
    layoutVersion === LAYOUT_VERSION,
    `the board has layout ${layoutVersion}, this code reads layout ${LAYOUT_VERSION}`,
  );
  const { header, sizeBytes } = layoutFor(symbols.length);
  assert(buffer.byteLength === sizeBytes, `the board has ${buffer.byteLength} bytes instead of ${sizeBytes}`);
  const words = new SharedWords(buffer, header.byteOffset, header.sizeBytes);
  const isWhatTheHandleSays =
    words.load(Header.magic) === MAGIC &&
    words.load(Header.layoutVersion) === LAYOUT_VERSION &&
    words.load(Header.pairs) === symbols.length &&
    words.load(Header.urgentCapacity) === urgentCapacity &&
    words.load(Header.sizeBytes) === sizeBytes;
  assert(isWhatTheHandleSays, 'the header of the board does not fit its handle');
  return new Board(handle);
}
