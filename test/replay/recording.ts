import { createReadStream } from 'node:fs';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip, gzipSync } from 'node:zlib';

/** A recording as it will be played, looked at line by line before the engine sees it. */
export interface Survey {
  /** What `paper.feed` names: the recording itself, or its first part in a folder of our own. */
  readonly path: string;
  /** Unix ms of the first and the last price. */
  readonly startMs: number;
  readonly endMs: number;
  /** How many prices the wanted pairs have in it: every one of them must reach the exchange. */
  readonly prices: number;
}

export interface SurveyOptions {
  readonly path: string;
  /** `BASE/QUOTE`. */
  readonly symbols: readonly string[];
  readonly lengthMs: number | null;
  readonly untilMs: number | null;
  /** Where a first part is written; made when needed. */
  readonly cutDir: string;
}

/** One price-carrying line. */
interface Priced {
  readonly id: string;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly prices: number;
}

const QUARTERS = 4;
const CANDLE_MS = 60_000;

const BOOK_QUIET_MS = 2_000;
const UPDATE = '\\"event\\":\\"update\\"';

/** A line of `mtrade record`: a book ticker speaks, and a ticker while its pair's book has been quiet. */
function readRecorded(line: string, bookMs: Map<string, number>): Priced | null {
  const atMs = Number(/^\{"ms":(\d+(?:\.\d+)?)/.exec(line)?.[1]);
  const isBook = line.includes('spot.book_ticker');
  if (!line.includes(UPDATE) || !(isBook || line.includes('spot.tickers'))) return null;
  const id = /\\"(?:s|currency_pair)\\":\\"([A-Z0-9]+_[A-Z0-9]+)\\"/.exec(line)?.[1]?.replace('_', '');
  if (id === undefined) return null;
  if (isBook) bookMs.set(id, atMs);
  else if (atMs - (bookMs.get(id) ?? -Infinity) <= BOOK_QUIET_MS) return null;
  return { id, firstMs: atMs, lastMs: atMs, prices: 1 };
}

/** A candle speaks four times, a book ticker once, everything else never. `id` is the pair without its slash. */
function readLine(line: string, fileId: string, bookMs: Map<string, number>): Priced | null {
  if (line.startsWith('{"ms":')) return readRecorded(line, bookMs);
  if (/^\d{19} \{/.test(line)) {
    if (!line.includes('@bookTicker"')) return null;
    const id = /"s":"([A-Z0-9]+)"/.exec(line)?.[1] ?? '';
    const atMs = Number(line.slice(0, 13));
    return { id, firstMs: atMs, lastMs: atMs, prices: 1 };
  }
  const openMs = Number(/^(\d{12,14}),/.exec(line)?.[1] ?? Number.NaN);
  if (Number.isNaN(openMs)) return null;
  return { id: fileId, firstMs: openMs, lastMs: openMs + (CANDLE_MS * 3) / 4, prices: QUARTERS };
}

/** Counts what is to be played and, when only a first part is wanted, writes that part out. */
export async function surveyRecording(options: SurveyOptions): Promise<Survey> {
  const files = await filesOf(options.path);
  const wanted = new Set(options.symbols.map((symbol) => symbol.replace('/', '')));
  const isCut = options.lengthMs !== null || options.untilMs !== null;
  const startMs = isCut ? await firstMoment(files, wanted) : Infinity;
  const untilMs = Math.min(options.untilMs ?? Infinity, startMs + (options.lengthMs ?? Infinity));
  const result = { startMs: Infinity, endMs: -Infinity, prices: 0 };
  if (isCut) await mkdir(options.cutDir, { recursive: true });

  for (const file of files) {
    const kept: string[] = [];
    let found = 0;
    const bookMs = new Map<string, number>();
    for await (const line of linesOf(file)) {
      const priced = readLine(line, idOf(file), bookMs);
      if (priced !== null && priced.firstMs >= untilMs) break;
      if (isCut) kept.push(line);
      if (priced === null || !wanted.has(priced.id)) continue;
      found += priced.prices;
      result.startMs = Math.min(result.startMs, priced.firstMs);
      result.endMs = Math.max(result.endMs, priced.lastMs);
    }
    result.prices += found;
    if (isCut && found > 0) await writePart(join(options.cutDir, basename(file)), kept);
  }
  if (result.prices === 0) throw new Error(`${options.path} holds no price of the wanted pairs in that time`);
  return { ...result, path: isCut ? options.cutDir : options.path };
}

/** `ETHUSDT` of `ETHUSDT_1m.csv` and of `ETH-USDT_gate_1m.csv`. */
const idOf = (file: string): string =>
  /^([A-Z0-9]+)-([A-Z]{2,10})(?=[_.])/.exec(basename(file))?.slice(1).join('') ??
  /^[A-Z0-9]+/.exec(basename(file).toUpperCase())?.[0] ??
  '';

async function writePart(path: string, lines: readonly string[]): Promise<void> {
  const text = `${lines.join('\n')}\n`;
  await writeFile(path, path.endsWith('.gz') ? gzipSync(text, { level: 1 }) : text);
}

async function filesOf(path: string): Promise<readonly string[]> {
  const info = await stat(path);
  if (!info.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => /\.(?:csv|gz|jsonl)$/.test(name));
  return names.toSorted().map((name) => join(path, name));
}

async function firstMoment(files: readonly string[], wanted: ReadonlySet<string>): Promise<number> {
  let first = Infinity;
  for (const file of files) {
    const bookMs = new Map<string, number>();
    for await (const line of linesOf(file)) {
      const priced = readLine(line, idOf(file), bookMs);
      if (priced === null || !wanted.has(priced.id)) continue;
      first = Math.min(first, priced.firstMs);
      break;
    }
  }
  return first;
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const file = createReadStream(path);
  const text = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  try {
    yield* createInterface({ input: text, crlfDelay: Infinity });
  } finally {
    text.destroy();
    file.destroy();
  }
}
