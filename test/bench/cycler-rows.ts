import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { emptyTriggerCell } from '@mtrade/board';
import { interleave, pairNames, type Row, type RowContext, type RowResult } from '@mtrade/bench';
import { Desk } from './cycler/desk.js';

const PAIRS = 200;
export const ARMED = 'armed levels of a pair read and compared';
const PASSES = 'exact decision of a pair in the cycler';
const LAPS = 500;
/** Rounds before the first that counts: until then the code is being compiled. */
const WARM_UP = 10;
/** Prices that cross nothing: the first row was bought at 100, the next is due at 99 and the sale at 100.6. */
const QUIET_TICKS = [10_000, 10_001];

/** Calls per second of this process's CPU time. */
function rate(count: number, work: () => void): number {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  return (count / (user + system)) * 1e6;
}

async function measureCycler({ quick, workDir }: RowContext): Promise<readonly RowResult[]> {
  mkdirSync(workDir, { recursive: true });
  const directory = mkdtempSync(join(workDir, 'cycler-'));
  const symbols = pairNames(PAIRS);
  const desk = new Desk(symbols, directory);
  try {
    for (const symbol of symbols) desk.buy(symbol);
    let crossed = 0;
    const { triggers, urgent } = desk.board;
    const cell = emptyTriggerCell();
    const armed = (): number[] => [
      rate(LAPS * PAIRS, () => {
        for (let lap = 0; lap < LAPS; lap += 1)
          for (let pair = 0; pair < PAIRS; pair += 1) {
            triggers.read(pair, cell);
            if (99.99 >= cell.sellAtOrAbove || 100 <= cell.buyAtOrBelow) crossed += 1;
          }
      }),
    ];
    let turn = 0;
    const passes = (): number[] => {
      turn += 1;
      for (const symbol of symbols) desk.tick(symbol, QUIET_TICKS[turn % 2] as number);
      for (let pair = 0; pair < PAIRS; pair += 1) urgent.push(pair, false);
      const before = desk.board.counters.read('urgent_processed');
      const perSecond = rate(PAIRS, () => {
        while (desk.cycler.doWork());
      });
      if (desk.board.counters.read('urgent_processed') - before !== PAIRS)
        throw new Error('not every pair was processed');
      return [perSecond];
    };
    for (let warming = 0; warming < WARM_UP; warming += 1) {
      armed();
      passes();
    }
    const values = await interleave(
      [
        { name: ARMED, round: armed },
        { name: PASSES, round: passes },
      ],
      quick ? 10 : 60,
    );
    if (crossed > 0) throw new Error('a quiet price crossed a level');
    return [
      {
        id: 'cycler',
        title: `Evaluations per second of CPU time, ${PAIRS} pairs with an open cycle`,
        unit: '1/s',
        bases: [ARMED],
        variants: [...values].map(([name, rounds]) => ({ name, rounds })),
        notes: [
          'The first line is what every frame costs: whether it crosses a level. Only what crosses, or is a debounce window old, comes to the second: claim, exact decimals, all guards, new levels armed, release.',
        ],
      },
    ];
  } finally {
    desk.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

export const cyclerRow: Row = { id: 'cycler', run: measureCycler };
