import type { StatusParts } from './status.js';

export interface LayoutOptions {
  /** Lines of the screen. */
  readonly rows: number;
  /** Pairs above the first one shown. */
  readonly offset: number;
  /** Of the last lines. */
  readonly foot: readonly string[];
  /** Said below the first line: that the data is old, for example. */
  readonly notices: readonly string[];
  /** Newest last; as many as there is room for. */
  readonly events: readonly string[];
  /** What moves the part of the table that is shown; null where nothing does. */
  readonly moves: string | null;
}

export interface Layout {
  readonly lines: readonly string[];
  /** `offset` as far as it can be. */
  readonly offset: number;
  /** Pairs that are shown at a time. */
  readonly page: number;
}

/** More of these would push the table away. */
const MOST_URGENT = 4;

function shownUrgent(urgent: readonly string[], room: number): readonly string[] {
  const most = Math.max(1, Math.min(MOST_URGENT, room));
  if (urgent.length <= most) return urgent;
  const hidden = urgent.length - most + 1;
  return [...urgent.slice(0, most - 1), `! ... and ${hidden} more lines; mtrade status shows all`].slice(
    0,
    most,
  );
}

/**
 * Lays the status out for a screen. What an operator needs first always stays: mode, notices, what wants a human, the
 * table, the profit. The rest comes as room allows, whole or not at all. A table that does not fit is cut and says so.
 */
export function layout(parts: StatusParts, options: LayoutOptions): Layout {
  const { rows, foot, notices, events } = options;
  const total = parts.rows.length;
  const top = [...parts.header, ...notices];
  const fixed = top.length + 1 + 1 + foot.length;
  const urgent = shownUrgent(parts.urgent, rows - fixed - 3);
  const room = Math.max(1, rows - fixed - urgent.length);
  const isCut = total > room;
  const page = isCut ? Math.max(1, room - 1) : total;
  const offset = Math.max(0, Math.min(options.offset, total - page));
  const range = `pairs ${offset + 1}-${offset + page} of ${total}, the worst first; ${options.moves ?? 'mtrade status shows all'}`;

  let left = isCut ? 0 : room - total;
  const ifRoom = (lines: readonly string[]): readonly string[] => {
    if (lines.length > left) return [];
    left -= lines.length;
    return lines;
  };
  const workers = ifRoom(parts.workers);
  const legend = ifRoom(parts.legend);
  const waiting = ifRoom(parts.waiting);
  const stops = ifRoom(parts.stops);
  const counters = ifRoom(parts.counters);
  const latency = ifRoom(parts.latency);
  const gaps = ifRoom(['', '', '']);
  const gap = gaps.slice(0, 1);
  const body = [
    ...top,
    ...gap,
    parts.tableHead,
    ...parts.rows.slice(offset, offset + page),
    ...(isCut ? [range] : []),
    ...legend,
    ...urgent,
    ...stops,
    ...waiting,
    ...gap,
    parts.profit,
    ...counters,
    ...gap,
    ...workers,
    ...latency,
    ...ifRoom([parts.data]),
  ].slice(0, Math.max(1, rows - foot.length));
  const free = Math.max(0, rows - foot.length - body.length);
  const told = events.slice(Math.max(0, events.length - free));
  const padding = Array.from({ length: free - told.length }, () => '');
  return { lines: [...body, ...told, ...padding, ...foot].slice(0, rows), offset, page };
}
