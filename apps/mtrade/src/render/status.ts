import { cleanText } from '@mtrade/log';
import type { StatusJson } from '@mtrade/runtime';
import pc from 'picocolors';
import { duration, fit, fitDecimal, micros, wrap } from './columns.js';
import { stopLines } from './stops.js';
import { waitingLines } from './waiting.js';

export interface RenderOptions {
  readonly columns: number;
  readonly color: boolean;
  readonly nowMs: number;
  /** Pairs that fit the screen; the rest is counted. Null shows all. */
  readonly maxPairs: number | null;
  /** For a small screen: no blank lines and only what an operator needs first. */
  readonly compact?: boolean;
  /** For a screen without room: false leaves out why pairs wait and cuts what wants a human to a line each. */
  readonly reasons?: boolean;
}

type Pair = StatusJson['pairs'][number];
type Colors = ReturnType<typeof pc.createColors>;

/** Nobody may take one for the other (C10). */
const modeLabel = (mode: string, colors: Colors): string => {
  if (mode === 'live') return colors.bold(colors.bgRed(colors.white(' LIVE: REAL MONEY ')));
  if (mode === 'testnet') return colors.bold(colors.bgYellow(colors.black(' TESTNET: no real money ')));
  return colors.bold(colors.bgCyan(colors.black(' PAPER: no real money ')));
};

/** The state in nine letters; operator's holds are marked, because they explain why nothing happens. */
export function stateLabel({ state, trade, paused }: Pair): string {
  if (state === 'needs_attention') return 'ATTENTION';
  if (state === 'unknown') return 'UNKNOWN';
  if (state === 'idle') return trade ? (paused ? 'paused' : 'idle') : 'forbidden';
  if (state !== 'active') return state;
  return trade ? (paused ? 'active/p' : 'active') : 'active/f';
}

interface Column {
  readonly title: string;
  readonly width: number;
  readonly align: 'left' | 'right';
  readonly cell: (pair: Pair) => string;
}

const amount = (title: string, width: number, value: (pair: Pair) => string | null): Column => ({
  title,
  width,
  align: 'right',
  cell: (pair) => fitDecimal(zeroAsNone(value(pair)), width),
});

const zeroAsNone = (value: string | null): string | null => (value === '0' ? null : value);

/** 80 columns with the spaces between them. */
const COLUMNS: readonly Column[] = [
  { title: 'pair', width: 10, align: 'left', cell: (pair) => cleanText(pair.symbol) },
  { title: 'state', width: 9, align: 'left', cell: stateLabel },
  {
    title: 'step',
    width: 4,
    align: 'right',
    cell: (pair) => (pair.cycle_start_state === 2 ? String(pair.step) : '-'),
  },
  amount('last', 11, (pair) => pair.last_price),
  amount('next buy', 11, (pair) => pair.next_buy_price),
  amount('sell at', 11, (pair) => pair.sell_price),
  amount('invested', 9, (pair) => pair.invested),
  amount('profit', 8, (pair) => pair.realized_profit),
];

function stateColor(pair: Pair, colors: Colors): (text: string) => string {
  if (pair.state === 'needs_attention' || pair.state === 'unknown') return colors.red;
  if (pair.state === 'buying' || pair.state === 'averaging' || pair.state === 'selling') return colors.yellow;
  return pair.state === 'active' ? colors.green : colors.dim;
}

function pairLine(pair: Pair, colors: Colors): string {
  return COLUMNS.map(({ title, width, align, cell }) => {
    const text = fit(cell(pair), width, align);
    return title === 'state' ? stateColor(pair, colors)(text) : text;
  }).join(' ');
}

/** What wants a human first, then open positions, then the rest; within each the order of the configuration. */
const urgency = ({ state }: Pair): number =>
  state === 'needs_attention' || state === 'unknown' ? 0 : state === 'idle' ? 2 : 1;

function header(status: StatusJson, { nowMs, columns }: RenderOptions, colors: Colors): string[] {
  const startedMs = status.started_at === null ? null : Date.parse(status.started_at);
  const uptime = startedMs === null || Number.isNaN(startedMs) ? '' : `  up ${duration(nowMs - startedMs)}`;
  const run = status.running ? `pid ${status.pid}${uptime}` : colors.yellow('not running');
  const trading = status.trading ? 'trading on' : colors.yellow('TRADING OFF');
  const feed =
    status.running && !status.feed.connected
      ? [colors.red(fit(`no prices: ${cleanText(status.feed.reason ?? 'not connected')}`, columns).trimEnd())]
      : [];
  return [
    `${modeLabel(status.mode, colors)}  ${cleanText(status.exchange)}  mtrade ${cleanText(status.version)}  ${run}  ${trading}`,
    ...feed,
    ...foreignEngines(status, columns).map((line) => colors.red(line)),
  ];
}

/** Another engine on the account stops every buy: nothing on this screen matters more. */
const foreignEngines = ({ reconciliation }: StatusJson, columns: number): string[] =>
  (reconciliation?.foreign_engines ?? []).flatMap(({ install_id: id, what }) =>
    wrap(
      `NOT BUYING: another mtrade (${cleanText(id)}) trades on this account: ${cleanText(what)}. Stop it, then: mtrade trading on`,
      columns,
      2,
    ),
  );

/** The nine counters, three in a row while they are short, else two. */
function counterLines({ stats }: StatusJson): string[] {
  const entries = Object.entries(stats);
  const short = entries.every(([, value]) => value < 10_000_000);
  const perLine = short ? 3 : 2;
  const cells = entries.map(
    ([name, value]) => `${name.padEnd(17)} ${String(value).padStart(short ? 7 : 16)}`,
  );
  const lines: string[] = [];
  for (let i = 0; i < cells.length; i += perLine) lines.push(cells.slice(i, i + perLine).join('  '));
  return lines;
}

const beatText = (ageMs: number | null): string =>
  ageMs === null ? 'no beat' : ageMs < 1_000 ? `${ageMs} ms` : duration(ageMs);

/** Each worker with the age of its heartbeat. */
function workerLine({ workers }: StatusJson, columns: number): string {
  const parts = Object.entries(workers).map(([name, { alive, restarts, heartbeat_age_ms }]) => {
    const history = restarts === 0 ? '' : `, ${restarts} restarts`;
    return `${name} ${alive ? 'alive' : 'DOWN'} (${beatText(heartbeat_age_ms)}${history})`;
  });
  return fit(parts.join('  '), columns).trimEnd();
}

function latencyLine({ latency_us }: StatusJson): string {
  const parts = (['tick_to_decision', 'tick_to_order'] as const).flatMap((stage) => {
    const { p50, p99, count } = latency_us[stage];
    const name = stage.replaceAll('_', ' ');
    return [count === 0 ? `${name}: none yet` : `${name}: p50 ${micros(p50)}, p99 ${micros(p99)}`];
  });
  return parts.join('   ');
}

const profitLine = ({ profit }: StatusJson): string => {
  const parts = Object.entries(profit).map(([coin, value]) => `${fitDecimal(value, 14)} ${cleanText(coin)}`);
  return `realized profit  ${parts.length === 0 ? 'none yet' : parts.join('   ')}`;
};

function legend(pairs: readonly Pair[]): string[] {
  const labels = new Set(pairs.map(stateLabel));
  const words = [
    ...(labels.has('active/p') ? ['active/p: paused after this cycle'] : []),
    ...(labels.has('active/f') ? ['active/f: forbidden to buy'] : []),
  ];
  return words.length === 0 ? [] : [words.join('   ')];
}

/** The status for a person, 80 columns wide, plain ASCII. */
export function renderStatus(status: StatusJson, options: RenderOptions): string {
  const colors = pc.createColors(options.color);
  const pairs = [...status.pairs].sort((a, b) => urgency(a) - urgency(b));
  const shown = options.maxPairs === null ? pairs : pairs.slice(0, Math.max(1, options.maxPairs));
  const reasons = options.reasons !== false;
  const attention = shown.flatMap((pair) => {
    if (pair.attention === null) return [];
    const text = `! ${cleanText(pair.symbol)}: ${cleanText(pair.attention)}`;
    const lines = reasons ? wrap(text, options.columns, 2) : [fit(text, options.columns).trimEnd()];
    return lines.map((line) => colors.red(line));
  });
  const hidden = pairs.length - shown.length;
  const gap = options.compact === true ? [] : [''];
  const engine = [...gap, ...counterLines(status), ...gap, workerLine(status, options.columns)];
  return [
    ...header(status, options, colors),
    ...gap,
    colors.dim(COLUMNS.map(({ title, width, align }) => fit(title, width, align)).join(' ')),
    ...shown.map((pair) => pairLine(pair, colors)),
    ...(hidden > 0 ? [colors.dim(`... and ${hidden} more ${hidden === 1 ? 'pair' : 'pairs'}`)] : []),
    ...legend(shown),
    ...attention,
    ...stopLines(pairs, options.columns).map((line) => (line.startsWith('!') ? colors.red(line) : line)),
    ...(reasons ? waitingLines(pairs, options.columns) : []),
    ...gap,
    profitLine(status),
    ...(status.running ? engine : []),
    ...(status.running && options.compact !== true ? [latencyLine(status)] : []),
    ...(options.compact === true ? [] : [colors.dim(`data ${cleanText(status.data_dir)}`)]),
    '',
  ].join('\n');
}
