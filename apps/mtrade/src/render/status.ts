import { cleanText } from '@mtrade/log';
import type { StatusJson } from '@mtrade/runtime';
import pc from 'picocolors';
import { duration, fit, fitDecimal, micros, packed, wrap } from './columns.js';
import { stopLines } from './stops.js';
import { waitingLines } from './waiting.js';

export interface RenderOptions {
  readonly columns: number;
  readonly color: boolean;
  readonly nowMs: number;
  /** An engine holds the lock, but only its books could be asked. */
  readonly silent?: boolean;
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
    title: 'row',
    width: 4,
    align: 'right',
    cell: (pair) => (pair.cycle_start_state === 2 ? String(pair.step) : '-'),
  },
  amount('last', 11, (pair) => pair.last_price),
  amount('next buy', 11, (pair) => pair.next_buy_price),
  amount('sells at', 11, (pair) => pair.sell_limit ?? pair.sell_price),
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

/** What wants a human first, then positions without their stop, then the other open ones, then the rest. */
function urgency({ state, protection }: Pair): number {
  if (state === 'needs_attention' || state === 'unknown') return 0;
  if (protection !== null && (protection.rollback !== null || protection.unprotected_ms !== null)) return 1;
  return state === 'idle' ? 3 : 2;
}

/** The worst first. Positions by how deep they are in their ladder, which changes seldom: no line jumps with a price. */
const worstFirst = (pairs: readonly Pair[]): Pair[] =>
  [...pairs].sort((a, b) => urgency(a) - urgency(b) || b.step - a.step);

function header(status: StatusJson, { nowMs, columns, silent }: RenderOptions, colors: Colors): string[] {
  const startedMs = status.started_at === null ? null : Date.parse(status.started_at);
  const uptime = startedMs === null || Number.isNaN(startedMs) ? '' : `  up ${duration(nowMs - startedMs)}`;
  const run = status.running
    ? `pid ${status.pid}${uptime}`
    : colors.yellow(silent === true ? 'does not answer' : 'not running');
  const trading = status.trading ? 'trading on' : colors.yellow('TRADING OFF');
  const feed =
    status.running && !status.feed.connected
      ? [colors.red(fit(`no prices: ${cleanText(status.feed.reason ?? 'not connected')}`, columns).trimEnd())]
      : [];
  const mode = modeLabel(status.mode, colors);
  const rest = [cleanText(status.exchange), `mtrade ${cleanText(status.version)}`, run];
  const wide = packed([mode, ...rest, trading], columns);
  return [
    // Where it takes several lines, whether the engine trades stands in the first one.
    ...(wide.length === 1 ? wide : packed([mode, trading, ...rest], columns)),
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

const MOST_STOPS = 6;

/** Stops of somebody else, or of books that were newer. Beside a position of ours one may sell it. */
function unknownStopLines({ reconciliation }: StatusJson, columns: number): string[] {
  const all = reconciliation?.unknown_stops ?? [];
  if (all.length === 0) return [];
  const isNear = all.some(({ may_sell_ours: near }) => near);
  const named = [...all]
    .sort((one, other) => Number(other.may_sell_ours) - Number(one.may_sell_ours))
    .slice(0, MOST_STOPS)
    .map(
      ({ symbol, amount: size, stop_price: at, may_sell_ours: near }) =>
        `${cleanText(symbol)} ${cleanText(size)} at ${cleanText(at)}${near ? ' (may sell the position)' : ''}`,
    );
  const more = all.length > MOST_STOPS ? ` and ${all.length - MOST_STOPS} more` : '';
  return wrap(
    `${isNear ? '! ' : ''}unknown stops: ${all.length} that these books do not know: ${named.join(', ')}${more}; ` +
      'cancel at the exchange those that you have not placed yourself',
    columns,
    2,
  );
}

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
  const times = ({ p50, p99, count }: StatusJson['latency_us']['tick_to_order']): string =>
    count === 0 ? 'none yet' : `p50 ${micros(p50)}, p99 ${micros(p99)}`;
  return `tick to decision ${times(latency_us.tick_to_decision)}; to order ${times(latency_us.tick_to_order)}`;
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

/** The pieces of the status for a person, each a list of lines; what is shown of them depends on the room. */
export interface StatusParts {
  readonly header: readonly string[];
  readonly tableHead: string;
  /** A line for each pair, the worst first. */
  readonly rows: readonly string[];
  readonly legend: readonly string[];
  /** What a human has to look at. */
  readonly urgent: readonly string[];
  readonly stops: readonly string[];
  readonly waiting: readonly string[];
  readonly profit: string;
  /** None of these for an engine that does not run. */
  readonly counters: readonly string[];
  readonly workers: readonly string[];
  readonly latency: readonly string[];
  readonly data: string;
}

export function statusParts(status: StatusJson, options: RenderOptions): StatusParts {
  const { columns } = options;
  const colors = pc.createColors(options.color);
  const pairs = worstFirst(status.pairs);
  const attention = pairs.flatMap(({ symbol, attention: why }) =>
    why === null ? [] : wrap(`! ${cleanText(symbol)}: ${cleanText(why)}`, columns, 2),
  );
  const stops = stopLines(pairs, columns);
  const standing = stops.findIndex((line) => line.startsWith('stops:'));
  const missing = standing === -1 ? stops : stops.slice(0, standing);
  const strange = unknownStopLines(status, columns);
  const isDanger = strange[0]?.startsWith('!') === true;
  return {
    header: header(status, options, colors),
    tableHead: colors.dim(COLUMNS.map(({ title, width, align }) => fit(title, width, align)).join(' ')),
    rows: pairs.map((pair) => pairLine(pair, colors)),
    legend: legend(pairs),
    urgent: [...attention, ...missing, ...(isDanger ? strange : [])].map((line) => colors.red(line)),
    stops: [...stops.slice(missing.length), ...(isDanger ? [] : strange)],
    waiting: waitingLines(pairs, columns),
    profit: profitLine(status),
    counters: status.running ? counterLines(status) : [],
    workers: status.running ? [workerLine(status, columns)] : [],
    latency: status.running ? [latencyLine(status)] : [],
    data: colors.dim(`data ${cleanText(status.data_dir)}`),
  };
}

/** The whole status for a person, 80 columns wide, plain ASCII. */
export function renderStatus(status: StatusJson, options: RenderOptions): string {
  const parts = statusParts(status, options);
  const { counters, workers, latency } = parts;
  return [
    ...parts.header,
    '',
    parts.tableHead,
    ...parts.rows,
    ...parts.legend,
    ...parts.urgent,
    ...parts.stops,
    ...parts.waiting,
    '',
    parts.profit,
    ...(counters.length === 0 ? [] : ['', ...counters, '', ...workers, ...latency]),
    parts.data,
    '',
  ].join('\n');
}
