import { crashSection } from './sections/crash.js';
import { fuzzSection } from './sections/fuzz.js';
import { lockRaceSection } from './sections/lock-race.js';
import { ablationSection, simulationSection } from './sections/simulation.js';
import { page, shown, table } from './markdown.js';
import { type AllRecords, type CampaignRecord, total } from './records.js';

const MADE_BY =
  '<!-- Made by `npm run evidence` from test/evidence/results. Run a campaign (`npm run campaign -- TOOL ...`), then make it again. -->';

/** docs/reliability.md: what was run, as the campaigns counted it themselves. */
export function reliabilityPage(records: AllRecords): string {
  return page([
    MADE_BY,
    '# What was run, and what it found',
    'Every number is counted by a campaign and kept with its command, date, commit and version of Node in `test/evidence/results`; a `+` at a commit means that the tree had changes beside it. `npm run campaign -- sim --hours 24 --seeds 100 --workers 2` runs one more share and keeps it: without `--seed` it goes on after the seeds that were played. `npm run evidence` makes this page. Two runs of the same seeds are refused, so the sums count nothing twice. What is checked, and what no campaign can show, is said in [simulation.md](simulation.md); which fault has which test, in [faults.md](faults.md). Nothing here has met a live exchange.',
    summary(records),
    '## Simulation',
    ...simulationSection(records.sim),
    '## Safeties switched off',
    ...ablationSection(records['sim-ablations']),
    '## Real kills',
    ...crashSection(records.crash),
    '## Races for the lock',
    ...lockRaceSection(records['lock-race']),
    '## Fuzzed inputs',
    ...fuzzSection(records.fuzz),
  ]);
}

function summary({ sim, crash, fuzz, ...rest }: AllRecords): string {
  const locks = rest['lock-race'];
  const broken = (records: readonly CampaignRecord[]): number =>
    records.filter(({ exitCode }) => exitCode !== 0).length;
  const rows = [
    ['simulated hours', total(sim, 'hours'), 100_000, sim],
    ['deaths of the real engine', total(crash, 'deaths'), 2_000, crash],
    ['races for the lock', total(locks, 'rounds'), 2_000, locks],
    ['fuzzed inputs', total(fuzz, 'inputs'), 10_000_000, fuzz],
  ] as const;
  return table(
    ['campaign', 'done', 'aimed at', 'runs', 'runs that found a broken promise'],
    rows.map(([what, done, aim, records]) => [
      what,
      shown(Math.floor(done)),
      shown(aim),
      records.length,
      broken(records),
    ]),
  );
}
