import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Why a backup was made. Each kind is kept and dropped for itself: a busy clock never pushes out a copy made by hand. */
export type BackupKind = 'auto' | 'manual' | 'migration';

export interface BackupFile {
  readonly path: string;
  readonly kind: BackupKind;
  /** From its name, Unix ms. */
  readonly takenMs: number;
}

/** `mtrade-20261121T120000123Z-auto.db`: names sort by time and say what they are. */
const NAME = /^mtrade-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-(auto|manual|migration)\.db$/;
/** A half-made copy of a process that died; a living one needs seconds. */
const DRAFT = /^\.mtrade-.*\.draft(?:-journal|-wal|-shm)?$/;
const DRAFT_AGE_MS = 3_600_000;

/** Where copies of a database lie when nobody says otherwise. */
export const backupDirectory = (dataDir: string): string => join(dataDir, 'backups');

export const backupName = (takenMs: number, kind: BackupKind): string =>
  `mtrade-${new Date(takenMs).toISOString().replace(/[-:.]/g, '')}-${kind}.db`;

/** The finished copies in a directory, newest first. */
export function listBackups(directory: string): readonly BackupFile[] {
  return namesIn(directory)
    .flatMap((name): BackupFile[] => {
      const match = NAME.exec(name);
      if (!match) return [];
      const [, year, month, day, hour, minute, second, ms, kind] = match;
      const takenMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
      return Number.isNaN(takenMs)
        ? []
        : [{ path: join(directory, name), kind: kind as BackupKind, takenMs }];
    })
    .sort((a, b) => b.takenMs - a.takenMs);
}

/**
 * Drops the oldest copies of a kind beyond `keep`, and half-made ones that nobody works on any more. Call it after a new
 * copy has been verified, never before. Answers with what was dropped.
 */
export function pruneBackups(directory: string, kind: BackupKind, keep: number, nowMs: number): string[] {
  const surplus = listBackups(directory)
    .filter((file) => file.kind === kind)
    .slice(Math.max(1, keep))
    .map((file) => file.path);
  const abandoned = namesIn(directory)
    .filter((name) => DRAFT.test(name))
    .map((name) => join(directory, name))
    .filter((path) => nowMs - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? nowMs) > DRAFT_AGE_MS);
  for (const path of [...surplus, ...abandoned]) rmSync(path, { force: true });
  return surplus;
}

/** Made for its owner alone when it is not there. */
export const ensureBackupDirectory = (directory: string): void =>
  void mkdirSync(directory, { recursive: true, mode: 0o700 });

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
