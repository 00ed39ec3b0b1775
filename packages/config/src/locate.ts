import { isMtradeError } from '@mtrade/base';
import { isAbsolute, join, resolve } from 'node:path';
import { parse } from 'smol-toml';
import { type ConfigFs, type ConfigPlace, findConfigFile, xdgDir } from './read-file.js';

export const DATA_DIR_OPTION = '--data-dir';

/** Where an engine keeps everything, its control socket as well: all that is needed to talk to one that runs. */
export interface DataDirectory {
  /** Absolute. */
  readonly path: string;
  /** What has named it, in words. */
  readonly namedBy: string;
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
    return { path: resolve(cwd, argvDataDir), namedBy: `given by ${DATA_DIR_OPTION}` };
  const variable = 'MTRADE__DATA_DIR';
  const fromEnv = absolute(env[variable]);
  if (fromEnv !== null) return { path: fromEnv, namedBy: `of ${variable}` };
  const fromFile = absolute(dataDirIn(fileText(place, fs)));
  if (fromFile !== null) return { path: fromFile, namedBy: 'named in it' };
  return { path: defaultDataDir(place), namedBy: 'the default' };
}

const absolute = (value: unknown): string | null =>
  typeof value === 'string' && isAbsolute(value) ? value : null;

function fileText(place: ConfigPlace, fs: ConfigFs): string {
  try {
    return new TextDecoder().decode(findConfigFile(place, fs)?.bytes);
  } catch (error) {
    if (isMtradeError(error, 'MTRADE_CONFIG') || isMtradeError(error, 'MTRADE_PERMISSION')) return '';
    throw error;
  }
}

/** The value of `data_dir`, also of a file that is no TOML as a whole: then of its line, before the first table. */
function dataDirIn(text: string): unknown {
  const whole = valueIn(text);
  if (whole !== undefined) return whole;
  const top = text.split(/^[ \t]*\[/m, 1)[0] ?? '';
  return top
    .split(/\r?\n/)
    .filter((line) => /^\s*["']?data_dir["']?\s*=/.test(line))
    .map(valueIn)
    .find((value) => value !== undefined);
}

function valueIn(toml: string): unknown {
  try {
    return parse(toml)['data_dir'];
  } catch {
    return undefined;
  }
}
