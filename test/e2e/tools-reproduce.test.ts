import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@mtrade/base';
import { openStore } from '@mtrade/store';
import { describe, expect, test } from 'vitest';
import { mtrade, usePlace } from './cli-process.js';

interface Race {
  readonly contender: string;
  readonly real: boolean;
  readonly attempts: number;
  readonly pairs: number;
  readonly duplicates: number;
  readonly window_ms: { readonly min: number; readonly median: number; readonly max: number } | null;
  readonly outcomes: Readonly<Record<string, number>>;
}

const place = usePlace();

describe('mtrade reproduce', () => {
  test('scenario 58: threads and processes buy twice through the flawed opener, and never through the real books', async () => {
    const home = join(place.directory, 'race');
    mkdirSync(home);
    const how = ['--seconds', '2', '--workers', '2', '--dir', home, '--json'];
    const { code, stdout, stderr } = await mtrade(place, ['reproduce', ...how]);

    expect([code, stderr]).toEqual([0, '']);
    const answer = JSON.parse(stdout) as { schema: number; verdict: string; results: readonly Race[] };
    expect(answer).toMatchObject({ schema: 1, verdict: 'proved' });
    const [flawed, claim, engine] = answer.results;
    expect(answer.results.map(({ contender, real }) => [contender, real])).toEqual([
      ['flawed', false],
      ['claim', true],
      ['engine', true],
    ]);
    expect(flawed?.duplicates).toBeGreaterThan(0);
    const { min = -1, median = -1, max = -1 } = flawed?.window_ms ?? {};
    expect(min).toBeGreaterThanOrEqual(0);
    expect(median).toBeGreaterThanOrEqual(min);
    expect(max).toBeGreaterThanOrEqual(median);
    for (const race of [claim, engine])
      expect(race).toMatchObject({ duplicates: 0, window_ms: null, outcomes: { opened: race?.pairs } });
    // Each race was one: somebody had to be refused by the books themselves.
    expect(claim?.outcomes['refused: index one_open']).toBeGreaterThan(0);
    expect(readdirSync(home)).toEqual([]);
  });

  test('scenario 58: a directory with real books is refused with exit 78, before anything is made', async () => {
    mkdirSync(place.dataDir);
    openStore(
      { path: join(place.dataDir, 'mtrade.db'), mode: 'live', exchange: 'gate', account: 'main' },
      { clock: systemClock },
    ).close();
    const before = readdirSync(place.dataDir);
    const { code, stdout, stderr } = await mtrade(place, ['reproduce', '--dir', place.dataDir]);

    expect([code, stdout]).toEqual([78, '']);
    expect(stderr).toContain(`${place.dataDir} is a data directory of mtrade (mtrade.db is there)`);
    expect(readdirSync(place.dataDir)).toEqual(before);
  });

  test('something that is no directory is refused, and so are no workers', async () => {
    writeFileSync(join(place.directory, 'file'), '');
    const file = await mtrade(place, ['reproduce', '--dir', 'file']);
    const none = await mtrade(place, ['reproduce', '--workers', '0']);

    expect([file.code, none.code]).toEqual([78, 2]);
  });
});
