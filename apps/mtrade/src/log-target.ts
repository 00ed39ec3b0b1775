import { errorText, MtradeError } from '@mtrade/base';
import type { MtradeConfig } from '@mtrade/config';
import type { LogPlace } from '@mtrade/runtime';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const STDERR = 2;

export interface LogTarget {
  /** As the logger takes it. */
  readonly target: number | string;
  /** As a reader finds it. */
  readonly place: LogPlace;
}

interface Wishes {
  /** `--log-file`. */
  readonly file: string | null;
  readonly screen: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The service that a process belongs to, by its control group; null for one that belongs to none. */
export function serviceOf(cgroups: string): { readonly unit: string; readonly isUser: boolean } | null {
  const path = /^0::(.*)$/m.exec(cgroups)?.[1] ?? '';
  const unit = /\/([^/]+\.service)$/.exec(path)?.[1];
  return unit === undefined || /^user@\d+\.service$/.test(unit)
    ? null
    : { unit, isUser: /\/user@\d+\.service\//.test(path) };
}

/** Whether stderr is the journal; systemd names its own end of the stream (systemd.exec(5), JOURNAL_STREAM). */
function journal(env: Wishes['env']): LogPlace | null {
  try {
    const { dev, ino } = fstatSync(STDERR);
    if (env['JOURNAL_STREAM'] !== `${dev}:${ino}`) return null;
    const service = serviceOf(readFileSync('/proc/self/cgroup', 'utf8'));
    return service === null ? null : { kind: 'journal', ...service };
  } catch {
    return null;
  }
}

/**
 * Where the log goes: the file that was asked for; beside a live screen, which stderr would tear apart, `mtrade.log` in
 * the data directory; else stderr. A file that cannot be written now throws MTRADE_PERMISSION.
 */
export function logTarget({ dataDir, log }: MtradeConfig, { file, screen, env }: Wishes): LogTarget {
  const named = file === null ? log.file : resolve(file);
  if (named === null && !(screen && process.stderr.isTTY))
    return { target: STDERR, place: journal(env) ?? { kind: 'stderr' } };
  const path = named ?? join(dataDir, 'mtrade.log');
  try {
    if (named === null) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    throw new MtradeError(
      'MTRADE_PERMISSION',
      `${path}: the log cannot be written there: ${errorText(error)}`,
      { path },
      { cause: error },
    );
  }
  return { target: path, place: { kind: 'file', path, keep: log.keep } };
}
