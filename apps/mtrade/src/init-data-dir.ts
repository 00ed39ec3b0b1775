import type { Mode } from '@mtrade/config';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Cli } from './cli.js';

/** The `data_dir` that a new file has to name, with the reason in words; null where the default will do. */
export interface ChosenDataDir {
  readonly path: string;
  readonly why: string;
}

/**
 * The books of two modes never lie in one directory: somebody who has tried paper mode and goes on with real money
 * would be refused at the start. `given` is the directory that was asked for.
 */
export async function dataDirFor(
  { env, home, cwd }: Cli,
  mode: Mode,
  given: string | undefined,
): Promise<ChosenDataDir | null> {
  if (given !== undefined) return { path: resolve(cwd, given), why: 'as given by --data-dir' };
  const { defaultDataDir } = await import('@mtrade/config');
  const path = defaultDataDir({ env, home });
  const held = await modeOfBooks(path);
  if (held === null || held === mode) return null;
  return { path: `${path}-${mode}`, why: `${path} holds the books of ${held} mode` };
}

/** Null where there are no books, or none that can be read: the start will say what is wrong with them. */
async function modeOfBooks(dataDir: string): Promise<Mode | null> {
  const path = join(dataDir, 'mtrade.db');
  if (!existsSync(path)) return null;
  const { openReader } = await import('@mtrade/store');
  try {
    const reader = openReader({ path });
    const mode = reader?.identity.mode ?? null;
    reader?.close();
    return mode;
  } catch {
    return null;
  }
}
