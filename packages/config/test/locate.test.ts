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
    expect(locate({})).toEqual({ path: DEFAULT, namedBy: 'the default' });
    expect(locate({ argvPath: 'gone.toml' }).path).toBe(DEFAULT);
    expect(locate({ argvPath: 'locked.toml', code: 'EACCES' }).path).toBe(DEFAULT);
    expect(locate({ env: { STATE_DIRECTORY: '/var/lib/mtrade' } }).path).toBe('/var/lib/mtrade');
    expect(locate({ env: { XDG_DATA_HOME: '/share' } }).path).toBe('/share/mtrade');
  });

  test('--data-dir comes before the environment before the file, as in a whole configuration', () => {
    const toml = 'data_dir = "/of-file"\n';
    const env = { MTRADE__DATA_DIR: '/of-env' };
    const all = { toml, env, argvDataDir: 'of-option' };

    expect(locate(all)).toEqual({ path: '/cwd/of-option', namedBy: 'given by --data-dir' });
    expect(locate({ toml, env }).path).toBe('/of-env');
    const { config, source } = resolve({ files: { [FILE]: toml }, env, argvDataDir: 'of-option' });
    expect(config.dataDir).toBe('/cwd/of-option');
    expect(source.overrides).toEqual({ data_dir: '--data-dir' });
  });
});
