import { statSync } from 'node:fs';
import { type Finding, problem, warning } from './finding.js';

const SHARED = 0o022;

/** Whoever may write the file decides what is bought. Nothing is said about a file that only its owner may change. */
export function configFile(path: string | null): Finding[] {
  const stat = path === null ? undefined : statSync(path, { throwIfNoEntry: false });
  if (path === null || stat === undefined || process.getuid === undefined) return [];
  const mode = (stat.mode & 0o777).toString(8).padStart(4, '0');
  if ((stat.mode & 0o002) !== 0)
    return [problem('permissions', `everybody may change ${path} (mode ${mode})`, `chmod go-w ${path}`)];
  if ((stat.mode & SHARED) !== 0)
    return [warning('permissions', `the group may change ${path} (mode ${mode})`, `chmod g-w ${path}`)];
  return stat.uid === process.getuid() || stat.uid === 0
    ? []
    : [warning('permissions', `${path} belongs to user id ${stat.uid}, who may change it`, `chown it to root or to the user of the engine`)]; // prettier-ignore
}
