import { errorText } from '@mtrade/base';
import { networkFileSystem } from '@mtrade/runtime';
import { accessSync, constants, lstatSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { notADirectory } from '../load-config.js';
import { modeText } from '../open-to-others.js';
import { RAM_FILE_SYSTEMS, systemFileSystem } from './file-systems.js';
import { type Finding, ok, problem, warning } from './finding.js';

const CHECK = 'data directory';
const LOW_BYTES = 500 * 1_048_576;
const EMPTY_BYTES = 50 * 1_048_576;

/** The directory itself, or the nearest one above it that exists. */
function nearestExisting(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined || dirname(path) === path ? path : nearestExisting(dirname(path));
}

function access(path: string, exists: boolean): Finding {
  const existing = nearestExisting(path);
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
  } catch (error) {
    const what = exists
      ? `${path} is not writable`
      : `${path} does not exist and ${existing} is not writable`;
    return problem(
      CHECK,
      `${what} (${errorText(error)})`,
      `chown it to this user, or set data_dir to a directory that is`,
    );
  }
  if (!exists) return ok(CHECK, `${path} will be made at the first start`);
  const stat = lstatSync(path);
  if (stat.isSymbolicLink())
    return warning(CHECK, `${path} is a symbolic link`, 'name its target as data_dir');
  if (process.getuid !== undefined && stat.uid !== process.getuid())
    return problem(
      CHECK,
      `${path} belongs to user id ${stat.uid}`,
      `run mtrade as that user, or: chown -R ${process.getuid()} ${path}`,
    );
  if ((stat.mode & 0o077) !== 0)
    return warning(
      CHECK,
      `${path} can be entered by others (mode ${modeText(stat.mode)})`,
      `chmod 700 ${path}`,
    );
  return ok(CHECK, `${path} is writable and private`);
}

/** Files that carry secrets or money, and that only the engine's user may read and write. */
const PRIVATE_FILE = /^(?:control\.token|read\.token|control\.sock|mtrade\.db(?:-wal|-shm)?)$/;

/** Files that another user could read, or that this one could not write. */
function files(path: string): Finding[] {
  const uid = process.getuid?.();
  const wrong = readdirSync(path).flatMap((name) => {
    if (!PRIVATE_FILE.test(name)) return [];
    const stat = lstatSync(join(path, name), { throwIfNoEntry: false });
    if (stat === undefined) return [];
    if (uid !== undefined && stat.uid !== uid) return [`${name} belongs to user id ${stat.uid}`];
    return (stat.mode & 0o077) === 0 ? [] : [`${name} has mode ${modeText(stat.mode)}`];
  });
  if (wrong.length === 0) return [];
  return [
    problem('permissions', wrong.join(', '), `chown -R ${uid ?? 'the engine'} ${path}; chmod -R go= ${path}`),
  ];
}

function space(path: string): Finding[] {
  const stats = statfsSync(nearestExisting(path));
  const free = stats.bavail * stats.bsize;
  const text = `${Math.floor(free / 1_048_576)} MB free`;
  const remedy = 'free some space, or move data_dir to another disk; without space nothing is traded';
  const network = networkFileSystem(stats.type);
  const ram = RAM_FILE_SYSTEMS.get(stats.type);
  return [
    free < EMPTY_BYTES
      ? problem('disk space', text, remedy)
      : free < LOW_BYTES
        ? warning('disk space', text, remedy)
        : ok('disk space', text),
    ...(network === null
      ? []
      : [
          problem(
            'file system',
            `the data directory lies on ${network}, where locks cannot be trusted; a start refuses it`,
            'use a local disk',
          ),
        ]),
    ...(ram === undefined
      ? []
      : [
          warning(
            'file system',
            `the data directory lies in memory (${ram}): a restart of the machine loses the books`,
            'use a disk, except for trying things out',
          ),
        ]),
  ];
}

/** Why nothing at all can be kept there; null where a directory is or could be made. */
export function unusable(path: string): Finding | null {
  const file = notADirectory(path);
  if (file !== null)
    return problem(CHECK, file, 'move it away, or name a directory that mtrade may make or own as data_dir');
  const system = systemFileSystem(statfsSync(nearestExisting(path)).type);
  if (system === null) return null;
  const what = `${path} belongs to the kernel (${system}); nothing can be kept there`;
  return problem(CHECK, what, 'choose a directory on a disk as data_dir');
}

export function dataDirectory(path: string): Finding[] {
  try {
    const never = unusable(path);
    if (never !== null) return [never];
    const exists = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    return [access(path, exists), ...(exists ? files(path) : []), ...space(path)];
  } catch (error) {
    return [problem(CHECK, `${path}: ${errorText(error)}`, 'choose another data_dir')];
  }
}
