import { errorText } from '@mtrade/base';
import type { EngineEvent, RunningEngine, StatusJson } from '@mtrade/runtime';
import type { Cli } from '../cli.js';
import type { StoredStatus } from '../stored-status.js';
import { pageUrl } from '../page-url.js';
import { amountText, duration, wrap } from './columns.js';
import { Screen } from './screen.js';

const REDRAW_MS = 1_000;
const PLAIN_EVERY_MS = 60_000;
const EVENT_LINES = 4;

/** An average price has forty decimals. */
const LONG_AMOUNT = /^-?\d+\.\d{9,}$/;

/** `12:03:55  ETH/USDT  cycle.closed  profit=0.018`. */
export function eventText({ event, symbol, epochMs, details }: EngineEvent): string {
  const time = new Date(epochMs).toISOString().slice(11, 19);
  const facts = Object.entries(details)
    .filter(
      ([, value]) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean',
    )
    .map(
      ([name, value]) =>
        `${name}=${LONG_AMOUNT.test(String(value)) ? amountText(String(value)) : String(value)}`,
    );
  return [time, symbol ?? '-', event, ...facts].join('  ');
}

/** One line that says how things stand, for a log without a terminal. */
export function plainLine(status: StatusJson, nowMs: number): string {
  const states = new Map<string, number>();
  for (const { state } of status.pairs) states.set(state, (states.get(state) ?? 0) + 1);
  const counts = [...states].map(([state, count]) => `${count} ${state}`).join(', ');
  const pairs = counts === '' ? '' : ` pairs: ${counts};`;
  const profit = Object.entries(status.profit).map(([coin, value]) => `${amountText(value)} ${coin}`);
  const startedMs = Date.parse(status.started_at ?? '');
  const up = Number.isNaN(startedMs) ? '' : ` up ${duration(nowMs - startedMs)},`;
  return `${status.mode.toUpperCase()}${up}${pairs} realized profit ${profit.length === 0 ? '0' : profit.join(', ')}; errors ${status.stats.errors}`;
}

/** The last line: pairs and profit as the closed books have them; without books neither, rather than stale ones or none. */
export function finalLine(last: StatusJson, stored: StoredStatus | null, nowMs: number): string {
  if (stored !== null)
    return `stopped. ${plainLine({ ...last, pairs: stored.pairs, profit: stored.profit }, nowMs)}`;
  return `stopped. ${last.mode.toUpperCase()}; the books cannot be read just now, so nothing is said of pairs and profit: see mtrade status; errors ${last.stats.errors}`;
}

interface Summary {
  readonly onStarted: (engine: RunningEngine) => void;
  readonly onEvent: (event: EngineEvent) => void;
  /** To be called once the engine is done. */
  readonly close: () => Promise<void>;
}

/** The live screen on a terminal; elsewhere a line at the start, one per minute and one at the end. */
export function runSummary(
  cli: Cli,
  { screen, logTarget }: { readonly screen: boolean; readonly logTarget: number | string },
  readBooks: () => Promise<StoredStatus | null>,
): Summary {
  const view = screen ? new Screen(cli.out, { eventLines: EVENT_LINES }) : null;
  const footer = `Ctrl-C stops${typeof logTarget === 'string' ? `   log ${logTarget}` : ''}`;
  // It carries the token, so it is for the eyes in front of a terminal and never for a pipe, a log or a journal.
  const page = ({ url, config }: RunningEngine): string | null =>
    url === null || !cli.out.isTty ? null : pageUrl(url, config.dataDir);
  const foot = (engine: RunningEngine): string[] => {
    const address = page(engine);
    // A screen cuts what is too long, and an address without its end opens nothing.
    return address === null ? [footer] : [...wrap(`page ${address}`, cli.out.columns(), 0), footer];
  };
  let timer: NodeJS.Timeout | null = null;
  let running: RunningEngine | null = null;
  let last: StatusJson | null = null;

  const show = async (engine: RunningEngine): Promise<void> => {
    try {
      last = await engine.status();
    } catch (error) {
      // A worker that is being restarted has no view for a moment; the next turn shows it again.
      view?.addEvent(errorText(error));
    }
    if (last === null) return;
    if (view !== null) view.draw(last, { foot: foot(engine) });
    else cli.out.say(plainLine(last, Date.now()));
  };

  return {
    onStarted: (engine) => {
      running = engine;
      const { url, tookOverFrom, config } = engine;
      const takenOver = `took over from an engine that ended without stopping (${tookOverFrom}); its open orders are looked up first`;
      if (tookOverFrom) view?.addEvent(takenOver);
      if (view === null) {
        cli.out.say(`mtrade ${cli.version} is running${url === null ? '' : `; control API at ${url}`}`);
        cli.out.say(`data ${config.dataDir}`);
        if (tookOverFrom) cli.out.say(takenOver);
        const address = page(engine);
        if (address !== null) cli.out.say(`page ${address}`);
      }
      void show(engine);
      timer = setInterval(() => void show(engine), view === null ? PLAIN_EVERY_MS : REDRAW_MS);
      timer.unref();
    },
    onEvent: (line) => view?.addEvent(eventText(line)),
    close: async () => {
      if (timer !== null) clearInterval(timer);
      view?.close();
      // What was counted since the last look lies in this thread; where it cannot be had, that look has to do.
      last = (await running?.status().catch(() => null)) ?? last;
      if (last === null) return;
      // The drain may have opened or closed cycles, and no thread is left to ask.
      const stored = await readBooks().catch(() => null);
      cli.out.say(finalLine(last, stored, Date.now()));
    },
  };
}
