import { writeFileSync } from 'node:fs';
import { EXIT_BROKEN, runMain } from '../support/command-line.js';
import { parseArguments, USAGE } from './arguments.js';
import { runCampaign, type Takeover } from './campaign.js';
import { engineRounds } from './engine-rounds.js';

const say = (line: string): void => console.error(line);

async function main(): Promise<number> {
  const options = parseArguments(process.argv.slice(2));
  if (options === null) {
    console.log(USAGE);
    return 0;
  }
  const { layers, json, engines } = options;
  const begunMs = performance.now();
  const isBroken = layers !== 'all';
  const result = await runCampaign({
    ...options,
    untilTwoHolders: isBroken,
    ...(!isBroken && { tell: say }),
  });
  const whole = await engineRounds(engines, say);
  const violations = [...result.violations, ...whole.violations];
  const figures = {
    ...result,
    engineRounds: whole,
    violations,
    seed: options.seed,
    layers,
    wallSeconds: Number(((performance.now() - begunMs) / 1_000).toFixed(1)),
  };
  if (json !== null) writeFileSync(json, `${JSON.stringify(figures, null, 2)}\n`);
  const { alone, amongAll } = result.takeoverMs;
  const times = ({ count, p50, p99, max }: Takeover): string =>
    `${count} times, p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`;
  const kinds = Object.entries(result.kinds).map(([kind, rounds]) => `${kind} ${rounds}`);
  console.log(
    [
      `${result.rounds} rounds of ${result.starters} starters (${kinds.join(', ')})`,
      `held ${result.entries} times, ${result.kills} starters killed`,
      `two holders at once: ${result.twoHolders}; other broken promises: ${violations.length - result.twoHolders}`,
      `takeover of what a dead holder left, by a single start: ${times(alone)}`,
      `  by one of all that start at once: ${times(amongAll)}`,
      ...Object.entries(result.skipped).map(([kind, reason]) => `not held: ${kind}: ${reason}`),
      ...(engines > 0
        ? [
            `${whole.rounds} rounds of ${whole.starters} \`mtrade start\`: takeover after kill -9, p50 ${whole.takeoverMs.p50} ms, max ${whole.takeoverMs.max} ms from the process's start`,
          ]
        : []),
    ].join('\n'),
  );
  if (isBroken) return result.twoHolders > 0 ? 0 : EXIT_BROKEN;
  return violations.length > 0 ? EXIT_BROKEN : 0;
}

await runMain('lock-race', USAGE, main);
