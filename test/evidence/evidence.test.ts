import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { faultsPage, scenariosPage } from './catalogue-pages.js';
import { FAULTS } from './faults.js';
import { table } from './markdown.js';
import { CAMPAIGNS, type CampaignRecord, readAllRecords, repetitionIn, withoutPlace } from './records.js';
import { reliabilityPage } from './reliability-page.js';
import { SCENARIOS } from './scenarios.js';
import { readEvidence } from './test-files.js';
import { evidenceIn } from './titles.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const evidence = readEvidence(root);
const document = (name: string): string => readFileSync(join(root, 'docs', name), 'utf8');

describe('the pages of faults and scenarios', () => {
  test('are what `npm run evidence` makes of the titles of the tests: run it after changing one', () => {
    expect(document('faults.md')).toBe(faultsPage(evidence));
    expect(document('scenarios.md')).toBe(scenariosPage(evidence));
  });

  test('no title names a fault or a scenario that is not catalogued', () => {
    const known = new Set<string | number>([
      ...FAULTS.map(({ id }) => id),
      ...SCENARIOS.map(([number]) => number),
    ]);

    const unknown = evidence.flatMap(({ file, title, faults, scenarios }) =>
      [...faults, ...scenarios].filter((one) => !known.has(one)).map((one) => `${one} in ${file}: ${title}`),
    );

    expect(unknown).toEqual([]);
  });

  test('all 156 faults and 63 scenarios are in the catalogue, each once and in order', () => {
    const numbered = (letter: string, count: number): string[] =>
      Array.from({ length: count }, (_, index) => `${letter}${String(index + 1).padStart(2, '0')}`);

    expect(FAULTS.map(({ id }) => id)).toEqual([
      ...numbered('N', 31),
      ...numbered('W', 19),
      ...numbered('X', 30),
      ...numbered('P', 46),
      ...numbered('C', 10),
      ...numbered('S', 20),
    ]);
    expect(SCENARIOS.map(([number]) => number)).toEqual(Array.from({ length: 63 }, (_, index) => index + 1));
  });
});

describe('titles are read from the source', () => {
  const titlesIn = (source: string) =>
    evidenceIn('one.test.ts', source).map(({ path, title, faults, scenarios }) => [
      [...path, title].join(' > '),
      [...faults, ...scenarios].join(' '),
    ]);

  test('with the groups around them; a group that names a fault counts itself', () => {
    const source = `
      describe('a group', () => {
        test('N01: one', () => {});
        describe.skipIf(onWindows)('P01-P03, scenarios 3, 4', () => { it('names nothing', () => {}); });
      });`;

    expect(titlesIn(source)).toEqual([
      ['a group > N01: one', 'N01'],
      ['a group > P01-P03, scenarios 3, 4', 'P01 P02 P03 3 4'],
    ]);
  });

  test('tables give each row its own title where rows name something, whatever form the table has', () => {
    const source = `
      const NAMED = { 'P46: dies': [1], plain: [2] };
      test.each([['N01 N04', true], ['N02', false]] as const)('%s: processed %s', () => {});
      test.each([{ what: 'a link (S08)' }, { what: 'a file' }])('refused: $what', () => {});
      describe('all', () => { test.each(Object.entries(NAMED))('%s', () => {}); });
      test.each(['plain', ...(asRoot ? [] : ['of another user (P27)'])])('%s', () => {});
      test.each([row('a row that a function makes (C09)', 1)])('$what', () => {});
      test.each(made())('N05: %s', () => {});`;

    expect(titlesIn(source)).toEqual([
      ['N01 N04: processed true', 'N01 N04'],
      ['N02: processed false', 'N02'],
      ['refused: a link (S08)', 'S08'],
      ['all > P46: dies', 'P46'],
      ['of another user (P27)', 'P27'],
      ['a row that a function makes (C09)', 'C09'],
      ['N05: %s', 'N05'],
    ]);
  });

  test('what is not run, and text that is no title, shows nothing', () => {
    const source = `
      test.skip('N01: later', () => {});
      describe.skip('N02', () => { test('N03', () => {}); });
      test.todo('N04');
      // test('N05', () => {});
      check('N06', () => {});
      const text = 'N07';`;

    expect(titlesIn(source)).toEqual([]);
  });
});

describe('the page of what was run', () => {
  const simulated = (firstSeed: number, seeds: number, pairs = 4): CampaignRecord => ({
    command: `npm run sim -- --seed ${firstSeed}`,
    at: '2026-11-21T10:00Z',
    commit: '0123456789',
    node: 'v20.20.2',
    machine: 'linux x64, 2 cores',
    exitCode: 0,
    seed: firstSeed,
    figures: {
      firstSeed,
      seeds,
      pairs,
      hoursPerSeed: 6,
      hours: seeds * 6,
      faults: 10,
      injected: { kill: 10 },
    },
  });

  test('is what `npm run evidence` makes of the kept results', () => {
    expect(document('reliability.md')).toBe(reliabilityPage(readAllRecords(root)));
  });

  test.each(CAMPAIGNS)('counts nothing of %s twice', (campaign) => {
    expect(repetitionIn(campaign, readAllRecords(root)[campaign])).toBe(null);
  });

  test('names no place on anybody’s machine, whatever an error has said', () => {
    const said = JSON.stringify({
      said: 'at acquire (file:///home/ann/mtrade/a.js:1) in /home/ann/mtrade/b.js',
    });
    expect(withoutPlace('/home/ann/mtrade/', said)).toBe('{"said":"at acquire (a.js:1) in b.js"}');
    expect(JSON.stringify(readAllRecords(root))).not.toContain('file://');
  });

  test('a seed that was played in the same setting counts once; in another setting it is another run', () => {
    expect(repetitionIn('sim', [simulated(1, 100), simulated(101, 50), simulated(1, 10, 16)])).toBe(null);
    expect(repetitionIn('sim', [simulated(1, 100), simulated(100, 1)])).toMatch(/repeats/);
    expect(repetitionIn('crash', [simulated(7, 1), simulated(7, 1)])).toMatch(/repeats/);
  });

  test('adds up several runs, and tells of a broken promise', () => {
    const broken = simulated(101, 3);
    const found = { ...broken.figures, violation: { seed: 103, id: 'I5', detail: 'a trade is missing' } };
    const nothing = Object.fromEntries(CAMPAIGNS.map((name) => [name, []])) as unknown as ReturnType<
      typeof readAllRecords
    >;

    const made = reliabilityPage({
      ...nothing,
      sim: [simulated(1, 100), { ...broken, exitCode: 1, figures: found }],
    });

    expect(made).toContain('618 hours of 103 seeds');
    expect(made).toMatch(/simulated hours +\| 618 +\| 100,000 +\| +2 \| +1 \|/);
    expect(made).toContain('- seed 103 at `0123456789`: I5: a trade is missing');
    expect(made).toMatch(/\| kill +\| +20 \|/);
  });

  test('tables are padded as the formatter pads them', () => {
    expect(
      table(
        ['what', 'times'],
        [
          ['a | b', 1_234.4],
          ['c', 5],
        ],
      ),
    ).toBe(
      ['| what   | times |', '| ------ | ----: |', '| a \\| b | 1,234 |', '| c      |     5 |'].join('\n'),
    );
  });
});
