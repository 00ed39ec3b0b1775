import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { interleave, pairNames, type Row, type RowContext, type RowResult } from '@mtrade/bench';
import type { ChangeSet } from '@mtrade/engine';
import { Desk } from './cycler/desk.js';

const PAGE = Buffer.alloc(4_096, 1);
const FLOOR = 'a page appended to a file, and fdatasync';
export const INTENT = 'commit of an intent: pair, cycle, intent, journal';
const FILLS = 'commit of its trades: pair, cycle, intent, fill, journal';

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
  const file = openSync(join(directory, 'floor'), 'w');
  try {
    const values = await interleave(
      [
        {
          name: FLOOR,
          round: () => {
            const beganMs = performance.now();
            writeSync(file, PAGE);
            fdatasyncSync(file);
            return [(performance.now() - beganMs) * 1_000];
          },
        },
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
        variants: [...values].map(([name, all]) => ({ name, rounds: all })),
        notes: [
          'WAL, synchronous=FULL: an fdatasync in each. The first line is what the disk alone takes; commits per second are a million divided by the median.',
        ],
      },
    ];
  } finally {
    closeSync(file);
    desk.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

export const commitRow: Row = { id: 'commits', run: measureCommits };
