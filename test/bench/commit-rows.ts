import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { interleave, pairNames, type Row, type RowContext, type RowResult } from '@mtrade/bench';
import type { ChangeSet } from '@mtrade/engine';
import { Desk } from './cycler/desk.js';

const PAGE = Buffer.alloc(4_096, 1);
const FLOOR = 'a page of a file overwritten, and fsync';
const APPENDED = 'a page appended to a file, and fsync';
const INTENT = 'commit of an intent: pair, cycle, intent, journal';
const FILLS = 'commit of its trades: pair, cycle, intent, fill, journal';

/** us; `position` null appends. */
function synced(file: number, position: number | null): number[] {
  const beganMs = performance.now();
  writeSync(file, PAGE, 0, PAGE.length, position);
  fsyncSync(file);
  return [(performance.now() - beganMs) * 1_000];
}

/** Every commit is one IMMEDIATE transaction in WAL mode with synchronous=FULL. */
async function measureCommits({ quick, workDir }: RowContext): Promise<readonly RowResult[]> {
  mkdirSync(workDir, { recursive: true });
  const directory = mkdtempSync(join(workDir, 'commits-'));
  const rounds = quick ? 30 : 300;
  const symbols = pairNames(rounds);
  let [intentUs, fillsUs] = [Number.NaN, Number.NaN];
  let bought = 0;
  const onCommit = ({ newIntents = [], fills = [] }: ChangeSet, ms: number): void => {
    if (newIntents.length > 0) intentUs = ms * 1_000;
    if (fills.length > 0) fillsUs = ms * 1_000;
  };
  const desk = new Desk(symbols, directory, onCommit);
  /** One start buy for each round, whichever of its two commits is asked for first. */
  const buy = (index: number): void => {
    if (index < bought) return;
    desk.buy(symbols[index] as string);
    bought += 1;
  };
  const [grown, growing] = [
    openSync(join(directory, 'grown'), 'w'),
    openSync(join(directory, 'growing'), 'w'),
  ];
  writeSync(grown, Buffer.alloc(rounds * PAGE.length, 1));
  fsyncSync(grown);
  try {
    const values = await interleave(
      [
        { name: FLOOR, round: (index) => synced(grown, index * PAGE.length) },
        { name: APPENDED, round: () => synced(growing, null) },
        {
          name: INTENT,
          round: (index) => {
            buy(index);
            return [intentUs];
          },
        },
        {
          name: FILLS,
          round: (index) => {
            buy(index);
            return [fillsUs];
          },
        },
      ],
      rounds,
    );
    return [
      {
        id: 'commits',
        title: 'Durable commits, each by itself',
        unit: 'us',
        bases: [FLOOR],
        variants: [...values].map(([name, all]) => ({ name, rounds: all, isReference: name === APPENDED })),
        notes: [
          'WAL, synchronous=FULL: an fsync in each. The first line is what the disk alone takes; the second what it takes when the file has to grow, which the engine avoids by growing its WAL at the start. Commits per second are a million divided by the median.',
        ],
      },
    ];
  } finally {
    closeSync(grown);
    closeSync(growing);
    desk.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

export const commitRow: Row = { id: 'commits', run: measureCommits };
