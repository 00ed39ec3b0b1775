import type { RaceResult, Reproduction } from '@mtrade/runtime';

const TITLES: Readonly<Record<RaceResult['contender'], string>> = {
  flawed: 'flawed: partial index, check then act, two transactions',
  claim: 'real: the commit alone, all writers under one lease',
  engine: 'real: whole engines that open, load, decide and commit',
};

export function renderRace({ contender, attempts, pairs, duplicates, window, outcomes }: RaceResult): string {
  const between =
    window === null
      ? []
      : [
          `  between the two inserts   min ${window.min} ms, median ${window.median} ms, max ${window.max} ms`,
        ];
  return [
    TITLES[contender],
    `  attempts                  ${attempts} for ${pairs} pairs`,
    `  duplicate positions       ${duplicates}`,
    ...between,
    ...Object.entries(outcomes).map(([outcome, count]) => `    ${outcome.padEnd(33)} ${count}`),
    '',
  ].join('\n');
}

export const VERDICTS: Readonly<Record<Reproduction['verdict'], string>> = {
  proved: 'proved: the flawed opener buys twice under this load, the real books do not',
  'real-duplicates': 'FAILED: the real books have duplicates. Stop trading and report this output.',
  'proved-nothing':
    'proved nothing: the flawed opener showed no duplicate, so the load was too small; give it more --seconds or --workers',
};
