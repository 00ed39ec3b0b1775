import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { backupDirectory, listBackups } from '@mtrade/store';

/** A file in the data directory that nobody needs any more. */
export interface StaleFile {
  readonly path: string;
  readonly kind: 'draft' | 'backup';
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** Backups that are never touched: the newest of each kind, and all younger ones than that. */
export const KEPT_BACKUPS = 10;
export const BACKUP_KEEP_MS = 30 * 86_400_000;

/**
 * Half-written files of ours, by their exact names: what a killed process leaves beside the file it was about to
 * replace. A name that is not in here is somebody else's, whatever it looks like.
 */
const DRAFTS: Readonly<Record<string, RegExp>> = {
  '': /^(?:mtrade\.db\.new(?:-journal|-wal|-shm)?|(?:control\.(?:token|json)|read\.token|log\.json)\.\d+\.tmp|supervisor\.owner\.json\.tmp)$/,
  'paper-exchange': /^(?:exchange\.jsonl|market\.json)\.new$/,
  backups: /^\.mtrade-.*\.draft(?:-journal|-wal|-shm)?$/,
};

export function findStaleFiles(
  dataDir: string,
  options: { nowMs: number; olderThanMs: number },
): StaleFile[] {
  const draftsBeforeMs = options.nowMs - options.olderThanMs;
  const backupsBeforeMs = options.nowMs - Math.max(options.olderThanMs, BACKUP_KEEP_MS);
  const drafts = Object.entries(DRAFTS).flatMap(([folder, pattern]) =>
    namesIn(join(dataDir, folder))
      .filter((name) => pattern.test(name))
      .flatMap((name) => look(join(dataDir, folder, name), 'draft'))
      .filter(({ modifiedMs }) => modifiedMs < draftsBeforeMs),
  );
  return [...drafts, ...oldBackups(backupDirectory(dataDir), backupsBeforeMs)];
}

function oldBackups(directory: string, beforeMs: number): StaleFile[] {
  const byKind = new Map<string, string[]>();
  for (const { kind, path, takenMs } of listBackups(directory)) {
    const list = byKind.get(kind) ?? [];
    byKind.set(kind, [...list, takenMs < beforeMs ? path : '']);
  }
  return [...byKind.values()]
    .flatMap((paths) => paths.slice(KEPT_BACKUPS))
    .filter((path) => path !== '')
    .flatMap((path) => look(path, 'backup'))
    .filter(({ modifiedMs }) => modifiedMs < beforeMs);
}

/** Only plain files: a link or a directory under such a name was not made by us. */
function look(path: string, kind: StaleFile['kind']): StaleFile[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile()) return [];
  return [{ path, kind, bytes: stat.size, modifiedMs: stat.mtimeMs }];
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
