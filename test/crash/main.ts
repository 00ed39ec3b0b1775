import { writeFileSync } from 'node:fs';
import { parseArguments, USAGE, UsageError } from './arguments.js';
import { campaign, type CampaignResult } from './campaign.js';
import { CRASH_POINTS } from './points.js';
import { measureReady } from './ready.js';
import { versionOf } from './version.js';

const EXIT_VIOLATION = 1;
const EXIT_USAGE = 2;
const SAY_EVERY_MS = 15_000;

async function main(): Promise<number> {
  const options = parseArguments(process.argv.slice(2));
  if (options === null) {
    console.log(USAGE);
    return 0;
  }
  if (options.list) {
    for (const { name, what, fault } of CRASH_POINTS)
      console.log(`${name.padEnd(36)} ${(fault ?? '').padEnd(4)} ${what}`);
    return 0;
  }
  if (options.ready !== null) {
    const measured = await measureReady(options.ready, (line) => console.error(line));
    save(options.jsonFile, { ...versionOf(), ...measured });
    return 0;
  }
  let saidMs = performance.now();
  const result = await campaign(options, (line) => {
    if (!options.verbose && performance.now() - saidMs < SAY_EVERY_MS) return;
    saidMs = performance.now();
    console.error(line);
  });
  const { seed, pairs, isCalm, stops } = options;
  const { totals, seconds, failure } = result;
  const facts = {
    command: `npm run crash -- ${process.argv.slice(2).join(' ')}`,
    seed,
    pairs,
    isCalm,
    stops,
  };
  const json = { ...versionOf(), ...facts, ...totals.json(), seconds, failure };
  save(options.jsonFile, json);
  console.log(totals.lines().join('\n'));
  if (failure) return tellFailure(failure);
  console.log(`0 violations; ${(totals.deaths / seconds).toFixed(2)} deaths per second`);
  return 0;
}

const save = (path: string | null, facts: object): void => {
  if (path !== null) writeFileSync(path, `${JSON.stringify(facts, null, 2)}\n`);
};

function tellFailure({ seed, death, directory, violations }: NonNullable<CampaignResult['failure']>): number {
  console.log(`VIOLATION: seed ${seed}, ${death}; everything is kept in ${directory}`);
  for (const { rule, symbol, orders, text } of violations.slice(0, 20))
    console.log(`  ${rule} ${symbol}: ${text}${orders.length > 0 ? ` [${orders.join(', ')}]` : ''}`);
  if (violations.length > 20) console.log(`  and ${violations.length - 20} more`);
  return EXIT_VIOLATION;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`crash: ${error.message}\n\n${USAGE}`);
    process.exitCode = EXIT_USAGE;
  } else throw error;
}
