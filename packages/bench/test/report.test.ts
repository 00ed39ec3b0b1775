import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { machineText, warningsOf } from '../src/report/circumstances.js';
import { checkAgainst, guardedRatios, worstAllowed } from '../src/report/check.js';
import { type Figures, figuresOf, type Report } from '../src/report/figures.js';
import { type Goal, judge } from '../src/report/goals.js';
import { short } from '../src/report/numbers.js';
import { markdownTable, notesOf, plainTable, tableOf } from '../src/report/table.js';
import type { RowResult, Unit } from '../src/result.js';

const times = (value: number): number[][] => Array.from({ length: 8 }, () => [value, value, value + 1]);

const row = (fast: number, slow: number, unit: Unit = 'us'): RowResult => ({
  id: 'way',
  title: 'A way',
  unit,
  bases: ['fast', 'absent'],
  variants: [
    { name: 'fast', rounds: times(fast) },
    { name: 'slow', rounds: times(slow), note: 'two are missing' },
  ],
  notes: ['of all rounds'],
});

const TAKEN = { command: 'c', at: '2026-11-21T00:00:00.000Z', load: 0, realTime: false, quick: false };

const report = (rows: readonly Figures[]): Report => ({
  schema: 1,
  machine: { cpu: 'x', cores: 2, memoryGb: 8, system: 's', node: 'v20' },
  rows: rows.map((figures) => ({ ...figures, taken: TAKEN })),
});

describe('figures and tables', () => {
  test('each line is divided by the others that it names, and never by itself or by what is not there', () => {
    const [fast, slow] = figuresOf(row(100, 250)).lines;
    expect(fast?.ratios).toEqual({});
    expect(slow?.ratios).toEqual({ fast: { ratio: 2.5, noise: 0, rounds: 8 } });
  });

  test('a table has a column for each baseline; the notes of its lines come first', () => {
    const figures = figuresOf(row(100, 250));
    expect(tableOf(figures)).toEqual({
      head: ['us', 'median', 'p99', 'least', 'most', 'spread', 'values', '/ fast'],
      rows: [
        ['fast', '100', '101', '100', '101', '1 %', '24', ''],
        ['slow', '250', '251', '250', '251', '0 %', '24', '2.5'],
      ],
    });
    expect(notesOf(figures)).toEqual(['slow: two are missing', 'of all rounds']);
  });

  test('the same table in Markdown and for the terminal', () => {
    const table = {
      head: ['us', 'n'],
      rows: [
        ['a', '1'],
        ['bcd', '20'],
      ],
    };
    expect(markdownTable(table)).toBe('| us | n |\n| --- | ---: |\n| a | 1 |\n| bcd | 20 |');
    expect(plainTable(table)).toBe('us    n\na     1\nbcd  20');
  });

  test.each([
    [0.012345, '0.0123'],
    [1.005, '1.01'],
    [45.678, '45.7'],
    [789.4, '789'],
    [12_345, '12,300'],
    [0, '0'],
    [Number.NaN, '-'],
  ])('%d is shown in three places as %s', (value, text) => {
    expect(short(value)).toBe(text);
  });
});

describe('what a reader must know before the figures', () => {
  const { machine } = report([]);
  const quiet = { load: 0.2, realTime: false, quick: false };

  test('nothing on a quiet machine at ordinary priority; else that it is busy, that priority hides, that few rounds are few', () => {
    expect(machineText(machine)).toBe('x, 2 cores, 8 GB; s; Node.js v20');
    expect(warningsOf(machine, quiet)).toEqual([]);
    expect(warningsOf(machine, { ...quiet, load: 1.5 })).toEqual([
      expect.stringContaining('load average 1.5 on 2 cores'),
    ]);
    expect(warningsOf(machine, { ...quiet, realTime: true })).toEqual([expect.stringContaining('hide')]);
    expect(warningsOf(machine, { load: 9, realTime: true, quick: true })).toHaveLength(3);
  });
});

describe('goals', () => {
  const goal: Goal = {
    what: 'w',
    row: 'way',
    variant: 'slow',
    measure: 'median',
    limit: 300,
    is: 'at most',
  };

  test('a value is held against its limit, a ratio against another variant, and what was not measured is said', () => {
    const rows = [figuresOf(row(100, 250))];
    const answers = judge(
      [
        goal,
        { ...goal, limit: 249 },
        { ...goal, is: 'at least' },
        { ...goal, over: 'fast', limit: 2.5 },
        { ...goal, over: 'nobody', limit: 2.5 },
        { ...goal, row: 'elsewhere' },
      ],
      rows,
    );
    expect(answers.map(({ value, answer }) => [value, answer])).toEqual([
      [250, 'reached'],
      [250, 'missed'],
      [250, 'missed'],
      [2.5, 'reached'],
      [null, 'not measured'],
      [null, 'not measured'],
    ]);
  });
});

describe('the check against the committed baseline', () => {
  const baseline = report([figuresOf(row(100, 250))]);

  test('compares ratios: a machine half as fast is no regression', () => {
    expect(checkAgainst(baseline, [figuresOf(row(200, 500))])).toEqual({ compared: 1, regressions: [] });
  });

  test('finds a ratio that has grown beyond the tolerance, and lets one inside it pass', () => {
    expect(checkAgainst(baseline, [figuresOf(row(100, 370))]).regressions).toEqual([]);
    expect(checkAgainst(baseline, [figuresOf(row(100, 380))]).regressions).toEqual([
      { row: 'way', variant: 'slow', base: 'fast', before: 2.5, now: 3.8, allowed: 3.75 },
    ]);
  });

  test('of a throughput, less is worse', () => {
    const rates = report([figuresOf(row(100, 250, '1/s'))]);
    expect(checkAgainst(rates, [figuresOf(row(100, 330, '1/s'))]).regressions).toEqual([]);
    expect(checkAgainst(rates, [figuresOf(row(100, 160, '1/s'))]).regressions).toHaveLength(1);
  });

  test('noisy rounds widen the tolerance', () => {
    const noisy: RowResult = {
      ...row(100, 0),
      variants: [
        { name: 'fast', rounds: times(100) },
        { name: 'slow', rounds: [50, 60, 380, 380, 380, 900, 900, 900].map((value) => [value]) },
      ],
    };
    expect(checkAgainst(baseline, [figuresOf(noisy)])).toEqual({ compared: 1, regressions: [] });
  });

  test('memory is the same at any hour: a tenth more is a regression', () => {
    const memory = report([figuresOf(row(100, 250, 'MB'))]);
    expect(checkAgainst(memory, [figuresOf(row(100, 274, 'MB'))]).regressions).toEqual([]);
    expect(checkAgainst(memory, [figuresOf(row(100, 276, 'MB'))]).regressions).toHaveLength(1);
  });

  test('a baseline that has become slower, or something else that is not ours, is no regression', () => {
    const beside = (fast: number, other: number): RowResult => {
      const { variants, ...rest } = row(fast, 250);
      const others = [
        { name: 'another base', rounds: times(other) },
        { name: 'shown beside', rounds: times(other), isReference: true },
      ];
      return { ...rest, bases: ['fast', 'another base'], variants: [...variants, ...others] };
    };
    const before = report([figuresOf(beside(100, 400))]);
    const { compared, regressions } = checkAgainst(before, [figuresOf(beside(30, 4_000))]);
    expect(compared).toBe(2);
    // Ours against the base that became faster; against the one that became slower it has gained.
    expect(regressions).toMatchObject([{ variant: 'slow', base: 'fast' }]);
  });

  test('rows and variants that one of the two lacks are not compared', () => {
    expect(checkAgainst(baseline, [])).toEqual({ compared: 0, regressions: [] });
  });
});

describe('the committed baseline', () => {
  const path = fileURLToPath(new URL('../../../test/bench/baseline.json', import.meta.url));
  const committed = JSON.parse(readFileSync(path, 'utf8')) as Report;
  const ratios = committed.rows.flatMap((figures) =>
    guardedRatios(figures).map(({ variant: name, base }) => ({
      title: `${figures.id}: ${name} / ${base}`,
      id: figures.id,
      name,
      base,
    })),
  );

  /** The whole report as if one line had taken so many times as long, its rounds as noisy as before. */
  const worse = (wanted: (typeof ratios)[number], factor: number): readonly Figures[] =>
    committed.rows.map((figures) => ({
      ...figures,
      lines: figures.lines.map((line) => {
        const ratio = line.ratios[wanted.base];
        if (figures.id !== wanted.id || line.name !== wanted.name || ratio === undefined) return line;
        const changed = figures.unit === '1/s' ? ratio.ratio / factor : ratio.ratio * factor;
        return { ...line, ratios: { ...line.ratios, [wanted.base]: { ...ratio, ratio: changed } } };
      }),
    }));

  test('is no regression against itself', () => {
    expect(ratios.length).toBeGreaterThan(25);
    expect(checkAgainst(committed, committed.rows)).toEqual({ compared: ratios.length, regressions: [] });
  });

  test.each(ratios)(
    '--check finds $title when it becomes worse than the page says, and that one alone',
    (wanted) => {
      const line = committed.rows
        .find(({ id }) => id === wanted.id)
        ?.lines.find(({ name }) => name === wanted.name);
      const unit = committed.rows.find(({ id }) => id === wanted.id)?.unit ?? 'us';
      const ratio = line?.ratios[wanted.base];
      if (ratio === undefined) throw new Error('not there');
      const allowed = worstAllowed(unit, ratio, ratio);
      const factor = allowed > ratio.ratio ? allowed / ratio.ratio : ratio.ratio / allowed;
      // A bound that lets everything pass would be none.
      expect(factor).toBeLessThan(3);
      expect(checkAgainst(committed, worse(wanted, factor * 0.99)).regressions).toEqual([]);
      expect(checkAgainst(committed, worse(wanted, factor * 1.01)).regressions).toMatchObject([
        { row: wanted.id, variant: wanted.name, base: wanted.base },
      ]);
    },
  );
});
