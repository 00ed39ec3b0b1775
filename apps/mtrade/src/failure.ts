import { errorText, ExitCode, MtradeError } from '@mtrade/base';
import { cleanText, scrubSecrets } from '@mtrade/log';
import { CommanderError } from 'commander';

/** Exit code of anything thrown. Commander's own refusals are usage errors; help and version are none. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  return error instanceof MtradeError ? error.exitCode : ExitCode.runtimeError;
}

/** Lines for the terminal: cleaned, without secrets. Commander has printed its own already. */
export function explain(error: unknown): string[] {
  if (error instanceof CommanderError) return [];
  const lines = errorText(error).split('\n');
  return lines.map((line) => `mtrade: ${cleanText(scrubSecrets(line))}`);
}
