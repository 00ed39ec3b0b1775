import { cleanText } from '@mtrade/log';
import type { Hour, Report, Top } from '../analyze-logs/analysis.js';
import { beside, fit, prose } from './columns.js';

const iso = (ms: number | null): string => (ms === null ? '-' : new Date(ms).toISOString());

function table(title: string, { rows, other }: Top, columns: number | null): string[] {
  if (rows.length === 0 && other === 0) return [];
  return [
    '',
    title,
    ...rows.flatMap(({ name, count }) =>
      beside(`${String(count).padStart(9)}  `, cleanText(name, 100), columns),
    ),
    ...(other === 0 ? [] : [`${String(other).padStart(9)}  (others)`]),
  ];
}

const MAX_HOURS_SHOWN = 48;

/** The hours with the most errors are the ones to look at; all of them are in the JSON. */
function hourTable(hours: readonly Hour[]): string[] {
  if (hours.length === 0) return [];
  const shown =
    hours.length <= MAX_HOURS_SHOWN
      ? hours
      : hours
          .toSorted((a, b) => b.errors - a.errors || b.warnings - a.warnings)
          .slice(0, MAX_HOURS_SHOWN)
          .toSorted((a, b) => (a.hour < b.hour ? -1 : 1));
  const cell = (value: number): string => String(value).padStart(9);
  return [
    '',
    `by hour (UTC)${shown.length < hours.length ? `, the worst ${shown.length} of ${hours.length}` : ''}`,
    `${'hour'.padEnd(15)}${'lines'.padStart(9)}${'warnings'.padStart(9)}${'errors'.padStart(9)}`,
    ...shown.map(
      ({ hour, lines, warnings, errors }) =>
        `${`${hour}:00`.slice(0, 16).padEnd(15)}${cell(lines)}${cell(warnings)}${cell(errors)}`,
    ),
  ];
}

function timeline({ timeline: around }: Report, columns: number | null): string[] {
  if (around === null) return [];
  return [
    '',
    `timeline, ${around.lines.length} lines${around.omitted === 0 ? '' : ` (${around.omitted} further away left out)`}`,
    ...around.lines.map(({ epochMs, level, role, symbol, message }) => {
      const line = `${iso(epochMs).slice(11, 23)}  ${level.padEnd(5)}  ${cleanText(role).padEnd(10)}  ${cleanText(symbol ?? '-').padEnd(10)}  ${cleanText(message)}`;
      return (columns === null ? line : fit(line, Math.max(columns, 80))).trimEnd();
    }),
  ];
}

/** Errors per hour over the hours that have lines at all. */
export function errorRate({ errors, hours, otherHours }: Report): number {
  return hours.length === 0 || otherHours > 0 ? 0 : Math.round((errors / hours.length) * 100) / 100;
}

/** `columns`: width of the terminal; null when it goes to a file or a pipe, where nothing is cut. */
export function renderReport(report: Report, columns: number | null): string {
  const { lines, malformed, outside, firstMs, lastMs, errors, warnings } = report;
  const sums = `${errors} errors (${errorRate(report)} an hour), ${warnings} warnings; ${malformed} malformed lines, ${outside} outside the time asked for`;
  return [
    `${lines} lines from ${iso(firstMs)} to ${iso(lastMs)}`,
    columns === null ? sums : prose(sums, columns),
    ...table('errors by kind', report.errorsByKind, columns),
    ...table('errors by pair', report.errorsByPair, columns),
    ...table('warnings by kind', report.warningsByKind, columns),
    ...hourTable(report.hours),
    ...timeline(report, columns),
    '',
  ].join('\n');
}
