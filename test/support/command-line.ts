import { parseArgs, type ParseArgsConfig } from 'node:util';

/** The command line of a campaign (`npm run sim`, `lock-race`, `fuzz`): exit code 0 all kept, 1 broken, 2 wrong usage. */
export const EXIT_BROKEN = 1;
const EXIT_USAGE = 2;

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The options as text; positional arguments are refused. Throws UsageError with what is wrong. */
export const readOptions = <T extends NonNullable<ParseArgsConfig['options']>>(
  argv: readonly string[],
  options: T,
) => usage(() => parseArgs({ args: [...argv], options, allowPositionals: false }).values);

/** Turns whatever `read` throws into a UsageError. */
export function usage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

export function whole(name: string, text: string): number {
  if (!/^\d{1,12}$/.test(text)) throw new UsageError(`${name} must be a whole number, not ${text}`);
  return Number(text);
}

export function positive(name: string, text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !(value > 0))
    throw new UsageError(`${name} must be a number above 0, not ${text}`);
  return value;
}

/** Runs a campaign to its exit code. */
export async function runMain(name: string, help: string, main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${name}: ${error.message}\n\n${help}`);
    process.exitCode = EXIT_USAGE;
  }
}
