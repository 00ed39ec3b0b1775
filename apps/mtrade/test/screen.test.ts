import { describe, expect, test } from 'vitest';
import type { Output } from '../src/cli.js';
import { Screen } from '../src/render/screen.js';
import { pairSample, statusSample } from './status-sample.js';

function terminal(
  rows: number,
  columns = 80,
  color = false,
): { readonly out: Output; readonly last: () => string[] } {
  let written = '';
  const out: Output = {
    write: (text) => (written = text),
    line: () => undefined,
    send: () => Promise.resolve(true),
    json: () => undefined,
    isTty: true,
    color,
    columns: () => columns,
    rows: () => rows,
    closed: () => false,
  };
  // oxlint-disable-next-line no-control-regex
  return { out, last: () => written.replace(/\u001b\[[?0-9]*[a-zA-Z]/g, '').split('\n') };
}

const pairs = (count: number) =>
  Array.from({ length: count }, (_, i) => pairSample({ symbol: `C${i}/USDT` }));

describe('the live screen', () => {
  test.each([
    [24, 16],
    [24, 100],
    [40, 16],
    [10, 16],
    [60, 3],
  ])('of %d rows with %d pairs never scrolls and ends with the footer', (rows, count) => {
    const { out, last } = terminal(rows);
    const screen = new Screen(out, { eventLines: 4 });
    for (let i = 0; i < 9; i += 1) screen.addEvent(`event ${i}`);

    screen.draw(statusSample({ pairs: pairs(count) }), 'the footer');

    expect(last().length).toBeLessThanOrEqual(rows);
    expect(last().at(-1)).toBe('the footer');
    expect(last().filter((line) => line.length > 80)).toEqual([]);
  });

  test('shows all sixteen pairs on the usual 24 rows', () => {
    const { out, last } = terminal(24);

    new Screen(out, { eventLines: 4 }).draw(statusSample({ pairs: pairs(16) }), '');

    expect(last().filter((line) => line.startsWith('C'))).toHaveLength(16);
  });

  test.each([
    [24, false],
    [40, true],
  ])('of %d rows tells the reasons of sixteen pairs only with room for them: %s', (rows, told) => {
    const { out, last } = terminal(rows);
    const held = pairs(16).map((pair) => ({ ...pair, waiting_for: 'price_stale' as const }));

    new Screen(out, { eventLines: 4 }).draw(statusSample({ pairs: held }), '');

    expect(last().includes('waiting: price too old: all (16)')).toBe(told);
    expect(last().filter((line) => line.startsWith('C'))).toHaveLength(16);
  });

  test.each([
    [1, 80],
    [2, 30],
    [5, 12],
    [0, 40],
  ])('of %d rows and %d columns keeps the mode in sight', (rows, columns) => {
    const { out, last } = terminal(rows, columns, true);
    const status = statusSample({ mode: 'live', pairs: pairs(16) });

    new Screen(out, { eventLines: 4 }).draw(status, 'a footer that is longer than the screen is wide');

    expect(last().length).toBeLessThanOrEqual(Math.max(1, rows));
    expect(last()[0]).toContain('LIVE');
    expect(last().filter((line) => line.length > columns)).toEqual([]);
  });

  test('shows the newest events where there is room', () => {
    const { out, last } = terminal(60);
    const screen = new Screen(out, { eventLines: 2 });
    for (const event of ['old', 'newer', 'newest\u001b[2J']) screen.addEvent(event);

    screen.draw(statusSample(), '');

    expect(last().slice(-3)).toEqual(['newer', 'newest', '']);
  });
});
