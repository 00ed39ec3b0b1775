import { systemClock } from '@mtrade/base';
import { cleanText } from '@mtrade/log';
import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cli } from './cli.js';
import { ways } from './engines-elsewhere.js';
import { configOption, dataDirOption } from './load-config.js';

const MOST_CHARACTERS = 1_000;

/** The line below the reply of a command that changes something: which engine has done it. None where it did not say. */
export function engineLine(answer: unknown): string[] {
  const { engine } = (answer ?? {}) as { engine?: Readonly<Record<string, unknown>> | null };
  const { pid, mode, data_dir: dataDir } = engine ?? {};
  if (typeof pid !== 'number' || typeof mode !== 'string' || typeof dataDir !== 'string') return [];
  return [cleanText(`(${mode} engine, pid ${pid}, data directory ${dataDir})`, MOST_CHARACTERS)];
}

/** `paper` or `live`, as an engine that runs has written it beside its address; it takes the file with it. */
export function runningMode(dataDir: string): string | null {
  try {
    const { mode } = JSON.parse(readFileSync(join(dataDir, 'control.json'), 'utf8')) as { mode?: unknown };
    return mode === 'paper' || mode === 'live' ? mode : null;
  } catch {
    return null;
  }
}

const NAMING = new Set(['MTRADE_CONFIG', 'MTRADE__DATA_DIR']);

/** By an option or the environment. A file that was only found says where one stands, not which engine one means. */
const isNamed = (cli: Pick<Cli, 'env'>, command: Command): boolean =>
  configOption(command) !== null ||
  dataDirOption(command) !== undefined ||
  Object.entries(cli.env).some(([key, value]) => NAMING.has(key.toUpperCase()) && (value ?? '') !== '');

/** Tells whoever has named no engine that there are others, of which one may have been meant. */
export async function noteOthers(cli: Cli, command: Command, dataDir: string): Promise<void> {
  if (isNamed(cli, command)) return;
  const { enginesHere } = await import('@mtrade/runtime');
  const others = (await enginesHere({ clock: systemClock })).filter((owner) => owner.dataDir !== dataDir);
  if (others.length === 0) return;
  const where = `other engines run on this machine, one with ${ways(others)}`;
  cli.note(
    `note: ${cleanText(where, MOST_CHARACTERS)}; name the one that you mean by --data-dir or --config`,
  );
}
