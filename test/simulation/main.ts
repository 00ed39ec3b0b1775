import { writeFileSync } from 'node:fs';
import { EXIT_BROKEN, runMain } from '../support/command-line.js';
import { ABLATIONS } from './ablations.js';
import { parseArguments, type SimArguments, USAGE } from './arguments.js';
import { forbidChance } from './forbid-chance.js';
import { playSeeds } from './play-seeds.js';
import { replayCommand, Totals } from './report.js';
import { shrink } from './shrink.js';
import { type RunOptions, type RunResult, simulate } from './simulation.js';

const SAY_EVERY_MS = 10_000;

const say = (line: string): void => console.error(line);
const writeJson = (file: string, figures: object): void =>
  writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
const readClock = performance.now.bind(performance);

async function main(): Promise<number> {
  const options = parseArguments(process.argv.slice(2));
  if (options === null) {
    console.log(USAGE);
    return 0;
  }
  forbidChance();
  return options.ablate === null || options.faults !== null ? campaign(options) : ablationTable(options);
}

/** Seeds in a row until one breaks a promise; that one is cut down to what is needed for it. */
async function campaign(options: SimArguments): Promise<number> {
  const { firstSeed, seeds, hours, pairs, faults, ablate, workers, json, log } = options;
  const totals = new Totals();
  const begunMs = readClock();
  let saidMs = begunMs;
  const run: Omit<RunOptions, 'seed'> = {
    hours,
    pairs,
    ...(faults !== null && { faults }),
    ...(ablate !== null && { ablation: ablate }),
    ...(log && { tell: (line: string) => console.log(line) }),
  };
  const onResult = (result: RunResult): void => {
    totals.add(result);
    if (seeds === 1) say(`seed ${result.seed}: trace ${result.hash}`);
    if (readClock() - saidMs <= SAY_EVERY_MS) return;
    saidMs = readClock();
    say(`seed ${result.seed}: ${totals.hours.toFixed(0)} simulated hours, ${totals.faults} faults`);
  };
  const { broken, cpuSeconds } = await playSeeds({ firstSeed, seeds, workers, run, onResult });
  const wallSeconds = (readClock() - begunMs) / 1_000;
  if (json !== null)
    writeJson(json, {
      firstSeed,
      hoursPerSeed: hours,
      pairs,
      ...totals.json(),
      workers,
      cpuSeconds: Math.round(cpuSeconds),
      wallSeconds: Math.round(wallSeconds),
      violation: broken && { seed: broken.seed, ...broken.violation },
    });
  if (broken) return tellViolation({ ...run, seed: broken.seed }, broken, faults !== null);
  const perSecond = (seconds: number): string => (totals.hours / seconds).toFixed(1);
  console.log(
    [
      ...totals.lines(),
      `0 violations; ${perSecond(wallSeconds)} simulated hours per second, ${perSecond(cpuSeconds)} per second of CPU`,
    ].join('\n'),
  );
  return 0;
}

async function tellViolation(run: RunOptions, result: RunResult, isReplay: boolean): Promise<number> {
  const { violation } = result;
  console.log(
    `seed ${run.seed}: ${violation?.id}: ${violation?.detail}\n  at ${violation?.atMs} ms, trace ${result.hash}`,
  );
  if (isReplay) return EXIT_BROKEN;
  say(`cutting ${result.faults.length} faults down ...`);
  const { options, result: least, runs } = await shrink({ ...run, tell: undefined }, result);
  console.log(`${options.faults.length} of ${result.faults.length} faults are enough (${runs} runs):`);
  console.log(
    `  ${least.violation?.id}: ${least.violation?.detail}\n${replayCommand(options, options.faults)}`,
  );
  return EXIT_BROKEN;
}

/** For each safety switched off the first seed that notices, as the table of docs/simulation.md. */
async function ablationTable({
  ablate: wanted,
  firstSeed,
  seeds,
  hours,
  pairs,
  json,
}: SimArguments): Promise<number> {
  const rows = [];
  for (const { name, what } of ABLATIONS) {
    if (wanted !== 'all' && wanted !== name) continue;
    let caught: RunResult | null = null;
    for (let seed = firstSeed; seed < firstSeed + seeds && caught === null; seed += 1) {
      const result = await simulate({ seed, hours, pairs, ablation: name });
      if (result.violation) caught = result;
    }
    rows.push({ name, what, seed: caught?.seed ?? null, violation: caught?.violation ?? null });
    say(
      `${name}: ${caught ? `seed ${caught.seed}, ${caught.violation?.id}` : `not caught in ${seeds} seeds`}`,
    );
  }
  if (json !== null) writeJson(json, { hoursPerSeed: hours, pairs, seeds, ablations: rows });
  console.log('| ablation | switched off | first failing seed | broken promise |\n| --- | --- | --: | --- |');
  for (const { name, what, seed, violation } of rows)
    console.log(
      `| \`${name}\` | ${what} | ${seed ?? 'none'} | ${violation ? `${violation.id}: ${violation.detail}` : ''} |`,
    );
  return rows.every(({ seed }) => seed !== null) ? 0 : EXIT_BROKEN;
}

await runMain('sim', USAGE, main);
