import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errorText } from '@mtrade/base';
import type { PairSpec } from '../core/types.js';
import type { LineCounts } from './line-counts.js';
import { LineReader, firstLines, recordingError } from './line-reader.js';
import { intervalOf, isCandleHeader, parseCandle, specFromCandles, walkCandle } from './recorded-candles.js';
import { FrameParser, isFrameLine, specsFromFrames } from './recorded-frames.js';
import { GateLineParser, isGateLine, specsFromGateLines } from './recorded-gate.js';
import { symbolOf } from './recorded-text.js';
import type { PriceStep } from './source.js';

/** How many lines of a file are looked at to learn its format and the precision of its pairs. */
const SAMPLE_LINES = 3_000;
/** One file being read: its steps in time order, a few at a time. */
export interface Track {
  readonly reader: LineReader;
  readonly parse: (line: string) => readonly PriceStep[] | PriceStep;
  steps: PriceStep[];
  head: number;
}

export interface OpenedFile {
  /** Every pair of the file, wanted or not. */
  readonly symbols: readonly string[];
  readonly specs: readonly PairSpec[];
  /** Null when no wanted pair is in it. */
  readonly track: Track | null;
}

/** The file itself, or the recordings of a folder by name. */
export async function filesOf(path: string): Promise<readonly string[]> {
  try {
    const info = await stat(path);
    if (!info.isDirectory()) return [path];
    const names = await readdir(path);
    return names
      .filter((name) => /\.(?:csv|gz|jsonl)$/.test(name))
      .toSorted()
      .map((name) => join(path, name));
  } catch (error) {
    throw recordingError(path, `cannot be opened: ${errorText(error)}`, error);
  }
}

/** Learns what a file is from its first lines; `counts` counts the lines that are read from the track later. */
export async function openFile(
  path: string,
  isWanted: (symbol: string) => boolean,
  counts: LineCounts,
): Promise<OpenedFile> {
  const symbol = symbolOf(basename(path));
  const isCandleName = /\.csv(?:\.gz)?$/.test(path);
  // The name alone rules a candle file out, without reading it.
  if (isCandleName && symbol !== null && !isWanted(symbol))
    return { symbols: [symbol], specs: [], track: null };
  const sample = await firstLines(path, SAMPLE_LINES);
  if (sample.some(isGateLine)) return openGateLines(path, sample, isWanted, counts);
  if (sample.some(isFrameLine)) return openFrames(path, sample, isWanted, counts);
  const rows = sample.flatMap((line) => parseCandle(line) ?? []);
  if (rows.length === 0) throw recordingError(path, 'is neither a candle file nor recorded frames');
  if (symbol === null)
    throw recordingError(path, 'does not name its pair: the file name must begin like BTCUSDT');
  if (!isWanted(symbol)) return { symbols: [symbol], specs: [], track: null };
  const intervalMs = intervalOf(rows);
  const parse = (line: string): readonly PriceStep[] => {
    const row = parseCandle(line);
    if (row === null) counts[line.trim() === '' || isCandleHeader(line) ? 'empty' : 'malformed'] += 1;
    else counts.prices += 1;
    return row === null ? [] : walkCandle(symbol, row, intervalMs);
  };
  return { symbols: [symbol], specs: [specFromCandles(symbol, rows)], track: newTrack(path, parse) };
}

type LineParser = new (
  counts: LineCounts,
  isWanted: (symbol: string) => boolean,
) => { readonly parse: (line: string) => PriceStep | null };

const openSocketLines =
  (specsOf: (sample: readonly string[]) => readonly PairSpec[], Parser: LineParser) =>
  (
    path: string,
    sample: readonly string[],
    isWanted: (symbol: string) => boolean,
    counts: LineCounts,
  ): OpenedFile => {
    const all = specsOf(sample);
    const symbols = all.map((spec) => spec.symbol);
    const specs = all.filter((spec) => isWanted(spec.symbol));
    if (specs.length === 0) return { symbols, specs, track: null };
    // A pair that the sample did not show has no listing here, so its prices are nobody's.
    const listed = new Set(specs.map((spec) => spec.symbol));
    const parser = new Parser(counts, (symbol) => listed.has(symbol));
    return { symbols, specs, track: newTrack(path, (line) => parser.parse(line) ?? []) };
  };

const openFrames = openSocketLines(specsFromFrames, FrameParser);
const openGateLines = openSocketLines(specsFromGateLines, GateLineParser);

const newTrack = (path: string, parse: Track['parse']): Track => ({
  reader: new LineReader(path),
  parse,
  steps: [],
  head: 0,
});
