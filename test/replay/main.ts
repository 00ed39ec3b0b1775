import { parseArguments, USAGE, UsageError } from './arguments.js';
import { replay } from './replay.js';
import { renderReport } from './table.js';

const EXIT_VIOLATIONS = 1;
const EXIT_USAGE = 2;

async function main(): Promise<number> {
  const options = parseArguments(process.argv.slice(2));
  if (options === null) {
    console.log(USAGE);
    return 0;
  }
  const report = await replay(options, (line) => console.error(`replay: ${line}`));
  console.log(options.json ? JSON.stringify(report, null, 2) : renderReport(report));
  return report.violations.length > 0 ? EXIT_VIOLATIONS : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`replay: ${error.message}\n\n${USAGE}`);
    process.exitCode = EXIT_USAGE;
  } else {
    console.error(`replay: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = EXIT_VIOLATIONS;
  }
}
