import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { dashes, LOOKS, type Pattern } from '../src/chart/line-looks.js';

/** What the drawing library itself does with a pattern; it has no door to it from outside. */
function libraryDashes(): (style: number, width: number) => readonly number[] {
  const library = '../../../node_modules/lightweight-charts/dist/lightweight-charts.development.mjs';
  const source = readFileSync(new URL(library, import.meta.url), 'utf8');
  const body = /function getDashPattern\(style, lineWidth\) (\{[\s\S]*?\n\})/.exec(source)?.[1];
  if (body === undefined) throw new Error('the library has no such function any more');
  // oxlint-disable-next-line no-new-func, no-implied-eval
  return new Function('style', 'lineWidth', body) as (style: number, width: number) => readonly number[];
}

/** The library's numbers for its patterns. */
const STYLES: Readonly<Record<Pattern, number>> = { Solid: 0, Dashed: 2, LargeDashed: 3, SparseDotted: 4 };

test("each line's key in the legend has the strokes and gaps that the chart draws", () => {
  const drawn = libraryDashes();
  for (const [name, look] of Object.entries(LOOKS))
    expect([name, dashes(look)]).toEqual([name, drawn(STYLES[look.pattern], look.width)]);
});

test('no two lines look the same', () => {
  const looks = Object.values(LOOKS).map((look) => [look.colour, look.pattern].join(' '));
  expect(new Set(looks).size).toBe(looks.length);
});
