import { cleanText, scrubSecrets } from '@mtrade/log';
import pc from 'picocolors';

/** A line of the log with what it holds; `fields` is null for text that is none of mtrade's own lines. */
export interface LogLine {
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>> | null;
}

export interface LineFilter {
  /** This level and those above it. */
  readonly level: string | null;
  /** Canonical `BASE/QUOTE`. */
  readonly symbol: string | null;
}

export const LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const;

export function readLine(text: string): LogLine {
  if (!text.startsWith('{')) return { text, fields: null };
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return { text, fields: isObject ? (value as Record<string, unknown>) : null };
  } catch {
    return { text, fields: null };
  }
}

const rank = (level: unknown): number => (LEVELS as readonly unknown[]).indexOf(level);

/** What has no level or no pair of its own is left out where one is asked for. */
export function passes({ fields }: LogLine, { level, symbol }: LineFilter): boolean {
  if (level !== null && rank(fields?.['level']) < rank(level)) return false;
  return symbol === null || fields?.['symbol'] === symbol;
}

export const filters = ({ level, symbol }: LineFilter): boolean => level !== null || symbol !== null;

/** Shown in columns of their own, or the same on every line. */
const PLACED: ReadonlySet<string> = new Set(['level', 'time', 'role', 'version', 'msg', 'symbol']);

function valueText(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  if (typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string')
    return JSON.stringify(value.message);
  return JSON.stringify(value) ?? 'undefined';
}

/**
 * `2026-11-21 12:03:55.123  WARN   cycler  ETH/USDT  order refused  code=X`, times in UTC. What a log holds may come
 * from an exchange, and from a file that anybody has written: nothing in it reaches the terminal as more than text.
 */
export function prettyLine({ text, fields }: LogLine, color: boolean): string {
  if (fields === null) return cleanText(scrubSecrets(text));
  const colors = pc.createColors(color);
  const { level, time, role, msg, symbol } = fields;
  const clean = (value: unknown): string => cleanText(scrubSecrets(typeof value === 'string' ? value : ''));
  const date = new Date(typeof time === 'string' || typeof time === 'number' ? time : NaN);
  const when = Number.isNaN(date.getTime()) ? '-' : date.toISOString().slice(0, -1).replace('T', ' ');
  const paint =
    { debug: colors.dim, warn: colors.yellow, error: colors.red, fatal: colors.red }[String(level)] ?? String;
  const rest = Object.entries(fields)
    .filter(([name]) => !PLACED.has(name))
    .map(([name, value]) => clean(`${name}=${valueText(value)}`));
  const head = [
    colors.dim(when),
    paint(clean(level).toUpperCase().slice(0, 5).padEnd(5)),
    colors.dim(clean(role).padEnd(10)),
    ...(symbol === undefined ? [] : [colors.bold(clean(symbol))]),
    clean(msg),
  ];
  return `${head.join('  ')}${rest.length === 0 ? '' : colors.dim(`  ${rest.join(' ')}`)}`;
}

/** One object a line, for programs; text that is no object becomes one. */
export function jsonLine({ text, fields }: LogLine): string {
  const line = fields === null ? JSON.stringify({ msg: text }) : text;
  return cleanText(scrubSecrets(line), Infinity);
}
