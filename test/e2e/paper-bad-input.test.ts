import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanEnvironment, run } from './support/engine.js';
import { Processes } from './support/processes.js';

interface Case {
  readonly what: string;
  /** `DIR` stands for the directory of the case. */
  readonly toml: string;
  readonly code: number;
  readonly says: readonly (string | RegExp)[];
  readonly prepare?: (directory: string) => void;
}

const LIVE = 'mode = "live"\n';
const ETH = '[[pairs]]\nsymbol = "ETH/USDT"\ntrade = true\n';

const CASES: readonly Case[] = [
  { what: 'malformed TOML', toml: 'mode = \n', code: 78, says: [/mtrade\.toml:2:\d+: not valid TOML/] },
  {
    what: 'an unknown key',
    toml: '[engine]\ndebounce = 5\n',
    code: 78,
    says: ['mtrade.toml', 'engine.debounce: unknown key; did you mean engine.debounce_ms?'],
  },
  {
    what: 'a wrong type',
    toml: '[ladder]\nbase_order = true\n',
    code: 78,
    says: ['mtrade.toml', 'ladder.base_order'],
  },
  {
    what: 'a negative amount',
    toml: '[ladder]\nbase_order = "-3"\n',
    code: 78,
    says: ['mtrade.toml', 'ladder.base_order'],
  },
  {
    what: 'not a number',
    toml: '[engine]\nstale_after_ms = nan\n',
    code: 78,
    says: ['mtrade.toml', 'engine.stale_after_ms'],
  },
  {
    what: 'a ladder that falls by 100 % or more',
    toml: '[ladder]\nstep_pct = "7"\n',
    code: 78,
    says: ['mtrade.toml', /ladder: rows 15, 16 lie 100 % or more below the start price/],
  },
  {
    what: 'a pair that is named twice (scenario 62)',
    toml: `${ETH}[[pairs]]\nsymbol = "ETHUSDT"\n`,
    code: 78,
    says: ['mtrade.toml', 'pairs[1].symbol: ETH/USDT is already pairs[0]'],
  },
  {
    what: 'a pair that the exchange does not list',
    toml: `${ETH}[[pairs]]\nsymbol = "NOPE/USDT"\ntrade = true\n`,
    code: 78,
    says: ['pairs[1].symbol: NOPE/USDT is not listed'],
  },
  {
    what: 'a ladder below the minimum of the pair',
    toml: `${ETH}[pairs.ladder]\nbase_order = "0.6"\n`,
    code: 78,
    says: ['pairs[0].ladder (ETH/USDT)', 'minimum of 1 USDT', 'raise base_order'],
  },
  {
    what: 'no keys in live mode',
    toml: `${LIVE}${ETH}`,
    code: 78,
    says: ['MTRADE_API_KEY', 'no secret found'],
  },
  {
    what: 'a data_dir that cannot be made',
    toml: 'data_dir = "DIR/file/data"\n',
    prepare: (directory) => writeFileSync(join(directory, 'file'), 'not a directory'),
    code: 78,
    says: ['/file/data lies below a file'],
  },
  ...(existsSync('/proc/self')
    ? [
        {
          what: 'a data_dir that may not be written (P27)',
          toml: 'data_dir = "/proc/mtrade/data"\n',
          code: 77,
          says: ['/proc/mtrade/data'],
        },
      ]
    : []),
  {
    what: 'a database that is none (scenario 45)',
    toml: '',
    prepare: (directory) => {
      mkdirSync(join(directory, 'data'), { mode: 0o700 });
      writeFileSync(join(directory, 'data', 'mtrade.db'), 'these are not the books\n'.repeat(500));
    },
    code: 74,
    says: ['data/mtrade.db'],
  },
  {
    what: 'an empty database (scenario 45)',
    toml: '',
    prepare: (directory) => {
      mkdirSync(join(directory, 'data'), { mode: 0o700 });
      writeFileSync(join(directory, 'data', 'mtrade.db'), '');
    },
    code: 74,
    says: ['data/mtrade.db', 'empty'],
  },
];

/** Every file below a directory with its content. */
const contents = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return entry.isFile() ? `${path}: ${readFileSync(path, 'latin1')}` : path;
    })
    .toSorted();

describe.concurrent('a start that is refused', () => {
  const processes = new Processes();
  let root = '';
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'mtrade-bad-'));
  });
  afterAll(async () => {
    await processes.killAll();
    rmSync(root, { recursive: true, force: true });
  });

  test.each(CASES)('scenario 60: $what: exit $code, one clear message, nothing left behind', async (one) => {
    const directory = mkdtempSync(join(root, 'case-'));
    const dataDir = one.toml.includes('data_dir') ? '' : `data_dir = "${directory}/data"\n`;
    writeFileSync(join(directory, 'mtrade.toml'), dataDir + one.toml.replace('DIR', directory));
    one.prepare?.(directory);
    const before = contents(directory);

    const { code, stdout, stderr } = await run(['start', '--log-level', 'silent'], {
      cwd: directory,
      env: { ...cleanEnvironment(directory), MTRADE__CONTROL__LISTEN: '127.0.0.1:0' },
      processes,
    });

    expect({ code, stdout }).toEqual({ code: one.code, stdout: '' });
    for (const words of one.says) expect(stderr).toMatch(words);
    const said = stderr.trimEnd().split('\n');
    expect(said.filter((line) => !line.startsWith('mtrade: '))).toEqual([]);
    expect(said).toHaveLength(1);
    expect(contents(directory)).toEqual(before);
  });
});
