import { errorText, MtradeError } from '@mtrade/base';
import { parse, TomlError } from 'smol-toml';
import { isAbsolute, join, resolve } from 'node:path';
import { configError, type ConfigProblem } from './problems.js';

/** The little of the file system that reading a configuration needs. Both throw Node's own errors. */
export interface ConfigFs {
  readonly readFile: (path: string) => Uint8Array;
  readonly exists: (path: string) => boolean;
}

export interface ConfigPlace {
  /** `--config`, as typed. */
  readonly argvPath: string | null;
  /** `--data-dir`, as typed; it comes before every other `data_dir`. */
  readonly argvDataDir?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
}

const MAX_FILE_BYTES = 1_048_576;

/** XDG base directories ignore relative values, as the specification asks. */
export const xdgDir = (value: string | undefined, fallback: string): string =>
  value !== undefined && isAbsolute(value) ? value : fallback;

/** Where a configuration is looked for; a named file must exist, the others may. */
export function searchPaths({ argvPath, env, cwd, home }: ConfigPlace): {
  readonly named: string | null;
  readonly paths: readonly string[];
} {
  const named = argvPath ?? (env['MTRADE_CONFIG'] === '' ? null : (env['MTRADE_CONFIG'] ?? null));
  if (named !== null) return { named, paths: [resolve(cwd, named)] };
  const configHome = xdgDir(env['XDG_CONFIG_HOME'], join(home, '.config'));
  return {
    named,
    paths: [join(cwd, 'mtrade.toml'), join(configHome, 'mtrade', 'mtrade.toml'), '/etc/mtrade/mtrade.toml'],
  };
}

const whole = (where: string, message: string): ConfigProblem => ({ where, key: '', message });

function readOne(path: string, mustExist: boolean, fs: ConfigFs): Uint8Array | null {
  try {
    return fs.readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if ((code === 'ENOENT' || code === 'ENOTDIR') && !mustExist) return null;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw configError([
        whole(path, 'no such file; check --config and MTRADE_CONFIG, or write one with `mtrade init`'),
      ]);
    if (code === 'EACCES' || code === 'EPERM')
      throw new MtradeError(
        'MTRADE_PERMISSION',
        `${path}: this user may not read the configuration file; change its owner or mode`,
        { path },
        { cause: error },
      );
    if (code === 'EISDIR') throw configError([whole(path, 'this is a directory; name the file in it')]);
    throw configError([whole(path, `cannot be read: ${errorText(error)}`)], { cause: error });
  }
}

function parseToml(path: string, bytes: Uint8Array): Record<string, unknown> {
  if (bytes.length > MAX_FILE_BYTES)
    throw configError([whole(path, 'larger than 1 MB; this is no configuration file')]);
  let text: string;
  try {
    // Also drops a byte order mark, which some editors write and TOML does not know.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw configError([whole(path, 'not valid UTF-8; save the file as UTF-8')], { cause: error });
  }
  try {
    return parse(text, { maxDepth: 20 });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = (error.message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '');
    throw configError([whole(`${path}:${error.line}:${error.column}`, `not valid TOML: ${reason}`)], {
      cause: error,
    });
  }
}

/** The first configuration file in the search order; `path` null when there is none. */
export function findConfigFile(
  place: ConfigPlace,
  fs: ConfigFs,
): { readonly path: string; readonly bytes: Uint8Array } | null {
  const { named, paths } = searchPaths(place);
  for (const path of paths) {
    const bytes = readOne(path, named !== null, fs);
    if (bytes !== null) return { path, bytes };
  }
  return null;
}

/** As `findConfigFile`, parsed; `path` null when there is none. */
export function readConfigFile(
  place: ConfigPlace,
  fs: ConfigFs,
): { readonly path: string | null; readonly root: Record<string, unknown> } {
  const file = findConfigFile(place, fs);
  return file === null
    ? { path: null, root: {} }
    : { path: file.path, root: parseToml(file.path, file.bytes) };
}
