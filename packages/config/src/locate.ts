import { isMtradeError } from '@mtrade/base';
import { isAbsolute, join, resolve } from 'node:path';
import { parse } from 'smol-toml';
import { ENV_PREFIX } from './env-overrides.js';
import { type ConfigFs, type ConfigPlace, findConfigFile, xdgDir } from './read-file.js';

export const DATA_DIR_OPTION = '--data-dir';

/** Where an engine keeps everything, its control socket as well: all that is needed to talk to one that runs. */
export interface DataDirectory {
  /** Absolute. */
  readonly path: string;
  /** What has named it, in words. */
  readonly namedBy: string;
  /**
   * The operator meant a configuration or a directory that cannot be read from what is there, so another engine than
   * this directory's may be meant. Never of `--data-dir`, nor of the default where nothing was named.
   */
  readonly isGuess: boolean;
}

/** Systemd's directory for a service, else the user's own. */
export function defaultDataDir({ env, home }: Pick<ConfigPlace, 'env' | 'home'>): string {
  const state = env['STATE_DIRECTORY']?.split(':')[0];
  if (state !== undefined && isAbsolute(state)) return state;
  return join(xdgDir(env['XDG_DATA_HOME'], join(home, '.local', 'share')), 'mtrade');
}

/**
 * The data directory, from as much of the configuration as can be read. A file that is broken, unreadable or gone is
 * no reason to leave a running engine alone, so this never throws. In the order in which a whole configuration takes
 * it: `--data-dir`, the environment, the file, the default.
 */
export function locateDataDir(place: ConfigPlace, fs: ConfigFs): DataDirectory {
  const { argvDataDir, cwd, env } = place;
  if (argvDataDir !== undefined)
    return { path: resolve(cwd, argvDataDir), namedBy: `given by ${DATA_DIR_OPTION}`, isGuess: false };
  const { name, text, isMeant } = variable(env);
  const fromEnv = absolute(text);
  if (fromEnv !== null) return { path: fromEnv, namedBy: `of ${name}`, isGuess: false };
  const file = readFile(place, fs);
  const isGuess = isMeant || !file.isCertain;
  const fromFile = absolute(file.dataDir);
  if (fromFile !== null) return { path: fromFile, namedBy: 'named in it', isGuess };
  return { path: defaultDataDir(place), namedBy: 'the default', isGuess };
}

const absolute = (value: unknown): string | null =>
  typeof value === 'string' && isAbsolute(value) ? value : null;

const VARIABLE = 'MTRADE__DATA_DIR';

/** `isMeant`: a variable was to name the directory, if only by a misspelled name. */
function variable(env: ConfigPlace['env']): { name: string; text: string | undefined; isMeant: boolean } {
  const set = Object.keys(env)
    .filter((key) => env[key] !== undefined)
    .toSorted();
  // As in a whole configuration: whatever its letters, and the last of several.
  const name =
    set.findLast((key) => key.startsWith(ENV_PREFIX) && key.toUpperCase() === VARIABLE) ?? VARIABLE;
  return { name, text: env[name], isMeant: set.some((key) => /^MTRADE_.*DATA_*DIR$/i.test(key)) };
}

interface ReadFile {
  readonly dataDir: unknown;
  /** A whole configuration of this file would have no other data directory. */
  readonly isCertain: boolean;
}

function readFile(place: ConfigPlace, fs: ConfigFs): ReadFile {
  try {
    const file = findConfigFile(place, fs);
    return file === null
      ? { dataDir: undefined, isCertain: true }
      : dataDirIn(new TextDecoder().decode(file.bytes));
  } catch (error) {
    if (isMtradeError(error, 'MTRADE_CONFIG') || isMtradeError(error, 'MTRADE_PERMISSION'))
      return { dataDir: undefined, isCertain: false };
    throw error;
  }
}

/** A line that was to name the directory: commented out it does not count, misspelled or in some table it does. */
const MENTION = /^[ \t]*["']?data[-_]?dir\b/im;

/** The value of `data_dir`, also of a file that is no TOML as a whole: then of its line, before the first table. */
function dataDirIn(text: string): ReadFile {
  const root = tableOf(text);
  if (root !== null) {
    const dataDir = root['data_dir'];
    return { dataDir, isCertain: absolute(dataDir) !== null || !MENTION.test(text) };
  }
  const top = text.split(/^[ \t]*\[/m, 1)[0] ?? '';
  const values = top
    .split(/\r?\n/)
    .filter((line) => /^\s*["']?data_dir["']?\s*=/.test(line))
    .map((line) => tableOf(line)?.['data_dir']);
  const [dataDir] = values;
  return { dataDir, isCertain: absolute(dataDir) !== null && new Set(values).size === 1 };
}

function tableOf(toml: string): Readonly<Record<string, unknown>> | null {
  try {
    return parse(toml);
  } catch {
    return null;
  }
}
