import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Finding, ok, problem, warning } from './finding.js';

type Env = Readonly<Record<string, string | undefined>>;

const OLDEST: readonly [number, number] = [20, 19];
const NEWEST_MAJOR = 26;

export function nodeVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const check = 'node';
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
    return problem(check, `Node ${version} is too old`, 'install Node 20.19 or newer, then run npm ci');
  if (major > NEWEST_MAJOR)
    return warning(
      check,
      `Node ${version} is newer than any that was tested`,
      `Node ${NEWEST_MAJOR} is the newest tested one`,
    );
  return ok(check, `Node ${version}`);
}

function onPath(name: string, env: Env): boolean {
  return (env['PATH'] ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory === '' ? '.' : directory, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * The database module ships no binary for Node 20, so it is compiled at installation. Once that is done no compiler is
 * needed until the next one.
 */
export function compiler(version: string, env: Env, isInstalled: boolean): Finding | null {
  if (Number(version.replace(/^v/, '').split('.')[0]) > 20) return null;
  const missing = [
    ['a C++ compiler', ['c++', 'g++', 'clang++']],
    ['make', ['make', 'gmake']],
    ['python3', ['python3', 'python']],
  ].filter(([, names]) => !(names as string[]).some((name) => onPath(name, env)));
  if (missing.length === 0)
    return ok('compiler', 'C++ compiler, make and python3 are there (Node 20 compiles the database module)');
  if (isInstalled)
    return ok(
      'compiler',
      `not needed now; the next npm ci on Node 20 needs ${missing.map(([what]) => what as string).join(', ')}`,
    );
  return problem(
    'compiler',
    `missing: ${missing.map(([what]) => what as string).join(', ')}; on Node 20 the database module is compiled at installation`,
    'install them before the next npm ci (Debian, Ubuntu: apt-get install build-essential python3), or use Node 22 or newer',
  );
}
