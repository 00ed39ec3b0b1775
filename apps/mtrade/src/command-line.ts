import { ExitCode, isMtradeError } from '@mtrade/base';
import { homedir } from 'node:os';
import type { Cli } from './cli.js';
import { createOutput } from './cli.js';
import { exitCodeOf, explain } from './failure.js';
import { buildProgram } from './program.js';
import { VERSION } from './version.js';

const errors = createOutput(process.stderr, process.env);

let isAnswerLost = false;
process.on('exit', (code) => {
  if (isAnswerLost && code === ExitCode.ok) process.exitCode = ExitCode.runtimeError;
});

// A file has reached the system's limit for files: the write fails, too, and that is where it is dealt with (P25).
// Nobody listening, the signal would end the process without a word.
process.on('SIGXFSZ', () => undefined);

const cli: Cli = {
  env: process.env,
  cwd: process.cwd(),
  home: homedir(),
  version: VERSION,
  out: createOutput(process.stdout, process.env, () => {
    isAnswerLost = true;
  }),
  err: errors,
  note: errors.say,
  interrupted: () => {
    const controller = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
    return controller.signal;
  },
};

/** Only a hint: whatever keeps it from being found is no second error. */
async function tellOfOthers(dataDir: string): Promise<void> {
  const { enginesElsewhere } = await import('./engines-elsewhere.js');
  for (const line of await enginesElsewhere(dataDir).catch(() => [])) cli.note(line);
}

async function main(): Promise<void> {
  try {
    await buildProgram(cli).parseAsync(process.argv);
  } catch (error) {
    for (const line of explain(error)) cli.note(line);
    if (isMtradeError(error, 'MTRADE_NOT_RUNNING')) await tellOfOthers(error.facts.dataDir);
    // Not process.exit: what is still on its way to a pipe must arrive.
    process.exitCode = exitCodeOf(error);
  }
}

/** Settles when the command is done; the bundle's format knows no `await` outside of a function. */
export const finished = main();
