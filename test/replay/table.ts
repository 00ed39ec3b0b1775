import type { PairReport, ReplayReport } from './report.js';

const SHOWN_VIOLATIONS = 50;

type Column = readonly [head: string, width: number, cell: (pair: Row) => string];
type Row = Omit<PairReport, 'symbol' | 'open'> & {
  readonly symbol: string;
  readonly open: PairReport['open'] | undefined;
};

const amount = (value: string | number): string => Number(value).toFixed(2);

const COLUMNS: readonly Column[] = [
  ['pair', -11, ({ symbol }) => symbol],
  ['cycles', 7, ({ cycles }) => String(cycles)],
  ['fills', 6, ({ fills }) => String(fills)],
  ['profit', 12, ({ profit }) => Number(profit).toFixed(4)],
  ['worst dd', 10, ({ worstDrawdownPct }) => `${worstDrawdownPct.toFixed(2)} %`],
  ['deepest', 8, ({ deepestRow }) => `row ${deepestRow}`],
  ['most held', 12, ({ maxInvested }) => amount(maxInvested)],
  [
    'open at end',
    19,
    ({ open }) =>
      open === undefined ? '' : open === null ? '-' : `row ${open.row}, ${amount(open.invested)}`,
  ],
  ['kill', 6, ({ killed }) => String(killed)],
  ['rej', 4, ({ rejected }) => String(rejected)],
  ['unk', 4, ({ unknown }) => String(unknown)],
];

const pad = (text: string, width: number): string => (width < 0 ? text.padEnd(-width) : text.padStart(width));

const line = (cells: readonly string[]): string =>
  cells.map((cell, index) => pad(cell, COLUMNS[index]?.[1] ?? 0)).join('');

const seconds = (ms: number): string =>
  ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(2)} s`;

/** The report for people, at most 100 columns wide. */
export function renderReport(report: ReplayReport): string {
  const { total, frames } = report;
  const rule = '-'.repeat(COLUMNS.reduce((sum, [, width]) => sum + Math.abs(width), 0));
  const row = (pair: Row): string => line(COLUMNS.map(([, , cell]) => cell(pair)));
  return [
    `recording  ${report.recording}`,
    `played     ${report.from.slice(0, 19)}Z to ${report.to.slice(0, 19)}Z`,
    `speed      ${report.speedReached.toFixed(1)} x real time (asked: ${report.speed} x), ${report.wallSeconds.toFixed(1)} s`,
    '',
    line(COLUMNS.map(([head]) => head)),
    rule,
    ...report.pairs.map(row),
    rule,
    row({ ...total, symbol: `total ${report.quote}`, open: undefined }),
    '',
    `prices     ${frames.recorded} recorded, ${frames.delivered} played, ${frames.late} later than 100 ms (worst ${seconds(frames.maxLateMs)})`,
    `frames     ${frames.sent} sent, ${frames.replaced} replaced by a newer one, ${frames.unheard} unheard`,
    `engine     ${frames.updates} updates = ${frames.unchanged} unchanged + ${frames.queued} queued + ${frames.debounced} debounced + ${frames.queueFull} queue full`,
    `           ${frames.stale} stale, ${frames.malformed} malformed, ${report.errors} errors`,
    `ages       price at most ${seconds(total.maxPriceAgeMs)}, decision at most ${seconds(total.maxDecisionAgeMs)} (${report.samples} samples)`,
    latencyLine(report),
    ...report.notes.flatMap((note) => wrapped('note       ', note)),
    ...verdict(report),
  ].join('\n');
}

const WIDTH = 100;

function wrapped(head: string, text: string): string[] {
  const lines: string[] = [];
  let current = head;
  for (const word of text.split(' ')) {
    if (current.length + word.length + 1 > WIDTH) {
      lines.push(current.trimEnd());
      current = ' '.repeat(head.length);
    }
    current += `${word} `;
  }
  return [...lines, current.trimEnd()];
}

function latencyLine({ latencyMs }: ReplayReport): string {
  const stage = latencyMs['tick_to_order'];
  if (stage === undefined) return '';
  const ms = (value: number): string => value.toFixed(1);
  return `price to order  p50 ${ms(stage.p50)} ms, p99 ${ms(stage.p99)} ms, max ${ms(stage.max)} ms`;
}

function verdict({ violations }: ReplayReport): string[] {
  if (violations.length === 0) return ['', 'checker    every rule holds'];
  const shown = violations.slice(0, SHOWN_VIOLATIONS).map(({ rule, symbol, orders, text }) => {
    const who = orders.length === 0 ? '' : ` order ${orders.join(' and ')}:`;
    return `  ${rule}${symbol === '' ? '' : ` ${symbol}`}${who} ${text}`;
  });
  const more = violations.length - shown.length;
  return [
    '',
    `checker    ${violations.length} VIOLATIONS`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
