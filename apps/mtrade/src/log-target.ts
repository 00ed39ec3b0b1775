import { errorText, MtradeError } from '@mtrade/base';
import { mkdirSync, renameSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const STDERR = 2;
/** A file of this size is set aside at the next start; one older file is kept. */
const ROTATE_BYTES = 20 * 1_048_576;

/**
 * Where the log goes: the file that was asked for; beside a live screen, which stderr would tear apart, `mtrade.log` in
 * the data directory; else stderr.
 */
export function logTarget(
  dataDir: string,
  { file, screen }: { readonly file: string | null; readonly screen: boolean },
): number | string {
  if (file === null && !(screen && process.stderr.isTTY)) return STDERR;
  const path = file === null ? join(dataDir, 'mtrade.log') : resolve(file);
  try {
    if (file === null) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size > ROTATE_BYTES) renameSync(path, `${path}.1`);
  } catch (error) {
    throw new MtradeError(
      'MTRADE_PERMISSION',
      `${path}: the log cannot be written there: ${errorText(error)}`,
      { path },
      { cause: error },
    );
  }
  return path;
}
