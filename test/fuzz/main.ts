import { writeFileSync } from 'node:fs';
import { EXIT_BROKEN, runMain } from '../support/command-line.js';
import { parseArguments, USAGE } from './arguments.js';
import { fuzz, type TargetResult } from './campaign.js';

async function main(): Promise<number> {
  const options = parseArguments(process.argv.slice(2));
  if (options === null) {
    console.log(USAGE);
    return 0;
  }
  const { targets, seed, replay, json } = options;
  const share = replay ? { fromStep: replay.step, steps: 1 } : { seconds: options.seconds / targets.length };
  const results: TargetResult[] = [];
  for (const target of targets) {
    const result = await fuzz({ target, seed, ...share });
    results.push(result);
    const { inputs, seconds, inputsPerSecond, heapGrowthMb, violation } = result;
    console.log(
      `${target.padEnd(8)} ${inputs} inputs in ${seconds} s (${inputsPerSecond}/s), heap ${heapGrowthMb >= 0 ? '+' : ''}${heapGrowthMb} MB: ${violation ?? 'every promise kept'}`,
    );
  }
  const inputs = results.reduce((sum, result) => sum + result.inputs, 0);
  const violations = results.filter(({ violation }) => violation !== null).length;
  console.log(`${inputs} inputs, ${violations} broken promises`);
  const inputsOf = Object.fromEntries(results.map((result) => [result.target, result.inputs]));
  if (json !== null)
    writeFileSync(
      json,
      `${JSON.stringify({ seed, inputs, violations, targets: inputsOf, details: results }, null, 2)}\n`,
    );
  return violations > 0 ? EXIT_BROKEN : 0;
}

await runMain('fuzz', USAGE, main);
// Whatever a broken target has left open must not hold the program.
process.exit();
