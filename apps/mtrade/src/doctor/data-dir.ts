import { errorText } from '@mtrade/base';
import { accessSync, constants, lstatSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Finding, ok, problem, warning } from './finding.js';

const CHECK = 'data directory';
const LOW_BYTES = 500 * 1_048_576;
const EMPTY_BYTES = 50 * 1_048_576;

/** Locks of these file systems are not reliable; numbers from statfs(2). */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x69_69, 'NFS'],
  [0xff_53_4d_42, 'SMB'],
  [0xfe_53_4d_42, 'SMB2'],
  [0x65_73_55_46, 'FUSE'],
  [0x01_02_19_97, '9P'],
]);

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
  if (!stat.isDirectory())
    return problem(CHECK, `${path} is no directory`, 'remove it or choose another data_dir');
  if (process.getuid !== undefined && stat.uid !== process.getuid())
    return problem(
      CHECK,
      `${path} belongs to user id ${stat.uid}`,
      `run mtrade as that user, or: chown -R ${process.getuid()} ${path}`,
    );
  const mode = stat.mode & 0o777;
  if ((mode & 0o077) !== 0)
    return warning(
      CHECK,
      `${path} can be entered by others (mode ${mode.toString(8).padStart(4, '0')})`,
      `chmod 700 ${path}`,
    );
  return ok(CHECK, `${path} is writable and private`);
}

function space(path: string): Finding[] {
  const stats = statfsSync(nearestExisting(path));
  const free = stats.bavail * stats.bsize;
  const text = `${Math.floor(free / 1_048_576)} MB free`;
  const remedy = 'free some space, or move data_dir to another disk; without space nothing is traded';
  const network = NETWORK_FILE_SYSTEMS.get(stats.type);
  return [
    free < EMPTY_BYTES
      ? problem('disk space', text, remedy)
      : free < LOW_BYTES
        ? warning('disk space', text, remedy)
        : ok('disk space', text),
    ...(network === undefined
      ? []
      : [
          problem(
            'file system',
            `the data directory lies on ${network}, where locks cannot be trusted`,
            'use a local disk',
          ),
        ]),
  ];
}

export function dataDirectory(path: string): Finding[] {
  try {
    const exists = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    return [access(path, exists), ...space(path)];
  } catch (error) {
    return [problem(CHECK, `${path}: ${errorText(error)}`, 'choose another data_dir')];
  }
}
