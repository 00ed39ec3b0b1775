import { locateDataDir } from '@mtrade/config';
import { describe, expect, test } from 'vitest';
import { resolve } from './helpers.js';

const FILE = '/cwd/mtrade.toml';
const DEFAULT = '/home/trader/.local/share/mtrade';

interface Given {
  readonly toml?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly argvDataDir?: string;
  readonly argvPath?: string;
  /** What reading the file fails with. */
  readonly code?: string;
}

const locate = ({ toml, env = {}, argvDataDir, argvPath, code = 'ENOENT' }: Given) =>
  locateDataDir(
    {
      argvPath: argvPath ?? null,
      ...(argvDataDir !== undefined && { argvDataDir }),
      env,
      cwd: '/cwd',
      home: '/home/trader',
    },
    {
      readFile: (path) => {
        if (path === FILE && toml !== undefined) return Buffer.from(toml);
        throw Object.assign(new Error(code), { code });
      },
      exists: () => false,
    },
  );

describe('the data directory of a running engine is found from whatever is left of the configuration', () => {
  test.each([
    ['a wrong value elsewhere', 'data_dir = "/books"\nmode = "papr"\n', '/books'],
    ['no TOML below it', 'data_dir = "/books"\nmode = paper\n', '/books'],
    ['no TOML above it', 'mode = "paper\ndata_dir = "/books"  # here\n', '/books'],
    ['a quoted key and no TOML', 'x =\n"data_dir" = \'/books\'\n[control\n', '/books'],
    ['a table cut in half', 'data_dir = "/books"\n[[pairs', '/books'],
    ['its own line broken', 'data_dir = "/books\nmode = "paper"\n', DEFAULT],
    ['a data_dir that is no path', 'data_dir = 5\n', DEFAULT],
    ['a relative data_dir', 'data_dir = "books"\n', DEFAULT],
    ['a data_dir of some table only', 'mode = x\n[engine]\ndata_dir = "/books"\n', DEFAULT],
    ['nothing in it', '', DEFAULT],
  ])('%s', (_what, toml, path) => {
    expect(locate({ toml }).path).toBe(path);
  });

  test('a file that is gone or may not be read leaves the default, systemd and XDG as ever', () => {
    expect(locate({})).toEqual({ path: DEFAULT, namedBy: 'the default', isGuess: false });
    expect(locate({ argvPath: 'gone.toml' }).path).toBe(DEFAULT);
    expect(locate({ argvPath: 'locked.toml', code: 'EACCES' }).path).toBe(DEFAULT);
    expect(locate({ env: { STATE_DIRECTORY: '/var/lib/mtrade' } }).path).toBe('/var/lib/mtrade');
    expect(locate({ env: { XDG_DATA_HOME: '/share' } }).path).toBe('/share/mtrade');
  });

  test('--data-dir comes before the environment before the file, as in a whole configuration', () => {
    const toml = 'data_dir = "/of-file"\n';
    const env = { MTRADE__DATA_DIR: '/of-env' };
    const all = { toml, env, argvDataDir: 'of-option' };

    expect(locate(all)).toEqual({
      path: '/cwd/of-option',
      namedBy: 'given by --data-dir',
      isGuess: false,
    });
    expect(locate({ toml, env }).path).toBe('/of-env');
    const { config, source } = resolve({ files: { [FILE]: toml }, env, argvDataDir: 'of-option' });
    expect(config.dataDir).toBe('/cwd/of-option');
    expect(source.overrides).toEqual({ data_dir: '--data-dir' });
  });
});

describe('a data directory that nobody has named is told from one that stands in for what was meant', () => {
  const named = { argvPath: 'mtrade.toml' };

  test.each<[string, Given]>([
    ['a file named by --config is gone', { argvPath: 'live-typo.toml' }],
    ['a file named by MTRADE_CONFIG is gone', { env: { MTRADE_CONFIG: 'live-typo.toml' } }],
    ['a named file may not be read', { argvPath: 'locked.toml', code: 'EACCES' }],
    ['a named file is a directory', { argvPath: 'folder', code: 'EISDIR' }],
    ['a file that was found may not be read', { code: 'EACCES' }],
    ['its data_dir is relative', { ...named, toml: 'data_dir = "books"\n' }],
    ['its data_dir is empty', { toml: 'data_dir = ""\n' }],
    ['its data_dir is no text', { toml: 'data_dir = 5\n' }],
    ['its data_dir line is cut', { toml: 'data_dir = "/books\nmode = "paper"\n' }],
    ['its data_dir stands in a table', { toml: 'mode = "paper"\n[engine]\ndata_dir = "/books"\n' }],
    ['its data_dir is misspelled', { toml: 'data-dir = "/books"\n' }],
    ['two lines differ', { toml: 'data_dir = "/books"\ndata_dir = "/others"\n' }],
    ['it is no TOML, and the line may have been lost', { ...named, toml: 'mode = "li' }],
    ['the variable is relative', { env: { MTRADE__DATA_DIR: 'books' } }],
    ['the variable is empty', { env: { MTRADE__DATA_DIR: '' } }],
    ['the variable is misspelled', { env: { MTRADE__DATADIR: '/books' } }],
    [
      'the variable is relative and comes before a good file',
      { toml: 'data_dir = "/books"\n', env: { MTRADE__DATA_DIR: 'books' } },
    ],
  ])('a guess: %s', (_what, given) => {
    expect(locate(given).isGuess).toBe(true);
  });

  test.each<[string, Given]>([
    ['nothing is named and nothing lies there', {}],
    ['MTRADE_CONFIG is empty and nothing lies there', { env: { MTRADE_CONFIG: '' } }],
    ['a broken file whose line can be read', { ...named, toml: 'data_dir = "/books"\nmode = paper\n' }],
    ['a wrong value in a file with its line', { toml: 'data_dir = "/books"\nmood = 1\n' }],
    ['a wrong value in a file without data_dir: it means the default', { ...named, toml: 'mood = 1\n' }],
    ['the same line twice', { toml: 'data_dir = "/books"\ndata_dir = "/books"\n' }],
    ['an absolute variable, the named file gone', { argvPath: 'x', env: { MTRADE__DATA_DIR: '/books' } }],
    ['the variable in small letters', { argvPath: 'x', env: { MTRADE__data_dir: '/books' } }],
    [
      '--data-dir, the named file gone and the variable relative',
      { argvPath: 'x', argvDataDir: 'books', env: { MTRADE__DATA_DIR: 'books' } },
    ],
  ])('no guess: %s', (_what, given) => {
    expect(locate(given).isGuess).toBe(false);
  });
});
