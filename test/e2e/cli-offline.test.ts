import { systemClock } from '@mtrade/base';
import { silentLogger } from '@mtrade/log';
import { DEFAULT_SIMULATED_PAIRS, DEFAULT_USER_ID, Exchange, startExchangeServer } from '@mtrade/market-sim';
import { acquireLock } from '@mtrade/runtime';
import { openStore } from '@mtrade/store';
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { environment, MTRADE, mtrade, usePlace } from './cli-process.js';

const place = usePlace();

const file = (name: string, text: string): string => {
  const path = join(place.directory, name);
  writeFileSync(path, text);
  return path;
};

describe('usage', () => {
  test.each([
    [['bogus']],
    [['status', '--bogus']],
    [['reset']],
    [['reset', 'FOO']],
    [['permit', 'ETH/USDT', 'maybe']],
    [['ladder', 'ETH/USDT']],
    [['ladder', 'ETH/USDT', '--price', '-1']],
    [['lock']],
    [['lock', '--check', '--kill']],
    [['start', '--log-level', 'loud']],
    [[]],
  ])('mtrade %j is a usage error: exit 2, nothing on stdout', async (args) => {
    const { code, stdout, stderr } = await mtrade(place, args);

    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toBe('');
  });

  test('help and version are answers: exit 0, on stdout', async () => {
    const help = await mtrade(place, ['--help']);
    const version = await mtrade(place, ['--version']);

    expect([help.code, version.code]).toEqual([0, 0]);
    expect(help.stdout).toContain('start [options]');
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('a bad configuration: exit 78, the key and the file named, nothing left behind (scenario 60)', () => {
  test.each([
    [
      'an unknown key',
      '[engine]\ndebounc_ms = 1',
      /engine\.debounc_ms: unknown key; did you mean engine\.debounce_ms\?/,
    ],
    [
      'a ladder that falls below zero (scenario 14)',
      '[ladder]\nstep_pct = "50"',
      /ladder: rows 2-16 lie 100 % or more/,
    ],
    ['malformed TOML', 'mode = ', /bad\.toml:1:\d+: not valid TOML/],
  ])('%s', async (_what, toml, says) => {
    const path = file('bad.toml', toml);

    for (const args of [
      ['start'],
      ['restore', 'x'],
      ['config', 'check'],
      ['ladder', 'ETHUSDT', '--price', '1'],
    ]) {
      const { code, stdout, stderr } = await mtrade(place, [...args, '--config', path]);

      expect([args[0], code]).toEqual([args[0], 78]);
      expect(stdout).toBe('');
      expect(stderr).toMatch(says);
      expect(stderr).toContain(path);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
    expect(readdirSync(place.directory)).toEqual(['bad.toml']);
  });

  test('a configuration that is no regular file is refused at once', async () => {
    const pipe = join(place.directory, 'pipe');
    execFileSync('mkfifo', [pipe]);

    for (const [path, says] of [
      [pipe, 'no regular file'],
      ['/dev/null', 'no regular file'],
      [place.directory, 'directory'],
    ] as const) {
      const { code, stderr } = await mtrade(place, ['config', 'check', '--config', path]);

      expect(code).toBe(78);
      expect(stderr).toContain(says);
    }
  });

  test('live mode without keys names every source that was tried (C04)', async () => {
    const path = file('live.toml', 'mode = "live"\n[[pairs]]\nsymbol = "ETH/USDT"\ntrade = true\n');

    const { code, stderr } = await mtrade(place, ['start', '--config', path]);

    expect(code).toBe(78);
    expect(stderr).toMatch(/MTRADE_API_KEY: no secret found; tried .*mtrade-api-key.*MTRADE_API_KEY_FILE/);
    expect(existsSync(place.dataDir)).toBe(false);
  });
});

describe('config', () => {
  test('show prints what is in force, overrides included; a file made of it means the same', async () => {
    const first = await mtrade(place, ['config', 'show'], { MTRADE__ENGINE__DEBOUNCE_MS: '55' });
    const path = file('copy.toml', first.stdout);
    const again = await mtrade(place, ['config', 'show', '--json', '--config', path]);

    expect(first.stdout).toContain('debounce_ms = 55');
    const { schema, config } = JSON.parse(again.stdout) as { schema: number; config: { engine: unknown } };
    expect(schema).toBe(1);
    expect(config.engine).toMatchObject({ debounce_ms: 55, cycle_pause_ms: 500 });
  });

  test('show cannot show a secret: it is not there', async () => {
    const { stdout, stderr } = await mtrade(place, ['config', 'show'], {
      MTRADE_API_SECRET: 'canary-secret',
    });

    expect(stdout + stderr).not.toContain('canary-secret');
  });

  test('check warns about rows that earn nothing and ladders that cannot be paid', async () => {
    const { code, stdout, stderr } = await mtrade(place, ['config', 'check']);

    expect(code).toBe(0);
    expect(stdout).toContain('configuration ok: built-in defaults (paper mode, 16 pairs, 16 permitted)');
    expect(stderr).toContain('rows 9-16 wait for break-even instead of their own target and earn nothing');
    expect(stderr).toContain('6291408 USDT');
  });

  test('check says that a paper account without the quote coin can buy nothing', async () => {
    const path = file('mtrade.toml', '[paper]\nbalances = { BTC = "1" }\n');

    const { code, stderr } = await mtrade(place, ['config', 'check', '--config', path]);

    expect(code).toBe(0);
    expect(stderr).toContain('USDT, the paper account has none; nothing can be bought with it');
  });

  test('check names a pair that the simulated market does not have, with those it has', async () => {
    const path = file('mtrade.toml', '[[pairs]]\nsymbol = "FOO/USDT"\n');

    const { code, stderr } = await mtrade(place, ['config', 'check', '--config', path]);

    expect(code).toBe(78);
    expect(stderr).toMatch(/mtrade\.toml: pairs\[0\]\.symbol: FOO\/USDT is not listed.*ETH\/USDT/);
  });

  test('check names a data directory whose control socket could not be made', async () => {
    const dataDir = join(place.directory, 'x'.repeat(100));

    const { code, stderr } = await mtrade(place, ['config', 'check'], { MTRADE__DATA_DIR: dataDir });

    expect(code).toBe(78);
    expect(stderr).toContain('data_dir: too long');
  });

  test('check says what it cannot know', async () => {
    expect((await mtrade(place, ['config', 'check'])).stdout).toContain(
      'only at the start: whether the orders',
    );
  });

  test('schema is a JSON schema', async () => {
    const { stdout } = await mtrade(place, ['config', 'schema']);

    expect(JSON.parse(stdout)).toMatchObject({ type: 'object', additionalProperties: false });
  });
});

describe('ladder', () => {
  test('--json is one object on stdout, warnings stay on stderr (scenarios 13, 25)', async () => {
    const path = file('mtrade.toml', '[ladder]\nvolume_mode = "fixed"\n[[pairs]]\nsymbol = "ETH_USDT"\n');

    const { code, stdout, stderr } = await mtrade(place, [
      'ladder',
      'ETHUSDT',
      '--price',
      '100',
      '--json',
      '--config',
      path,
    ]);

    expect(code).toBe(0);
    const ladder = JSON.parse(stdout) as { rows: { sell_price: string }[] };
    expect(ladder).toMatchObject({
      schema: 1,
      symbol: 'ETH/USDT',
      total_quote: '51',
      loss_rows: [7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
    });
    expect(Number(ladder.rows[1]?.sell_price)).toBeCloseTo(98.699905, 6);
    expect(stderr).toContain('rows 7-16 wait for break-even');
  });

  test('without an engine the price must be given, and the command says so', async () => {
    const { code, stdout, stderr } = await mtrade(place, ['ladder', 'ETH/USDT']);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('the price of ETH/USDT is not known: no engine runs; give it with --price');
  });

  test('a pair that is not configured gets the defaults, and a note', async () => {
    const { code, stdout, stderr } = await mtrade(place, ['ladder', 'FOO/USDT', '--price', '1']);

    expect(code).toBe(0);
    expect(stdout).toContain('whole ladder: 393213 USDT');
    expect(stderr).toContain('FOO/USDT is not configured');
  });
});

describe('init', () => {
  test('writes a file that passes the check, and never overwrites one by itself', async () => {
    const first = await mtrade(place, ['init', '--pairs', 'BTC_USDT,eth/usdt', '--base-order', '5']);
    const text = readFileSync(join(place.directory, 'mtrade.toml'), 'utf8');
    const check = await mtrade(place, ['config', 'check']);
    const second = await mtrade(place, ['init']);
    const forced = await mtrade(place, ['init', '--force']);

    expect([first.code, check.code, second.code, forced.code]).toEqual([0, 0, 2, 0]);
    expect(text).toContain('symbol = "BTC/USDT"');
    expect(check.stdout).toContain(join(place.directory, 'mtrade.toml'));
    expect(second.stderr).toContain('--force');
    // Not a word of the first file is lost.
    expect(readFileSync(join(place.directory, 'mtrade.toml.old'), 'utf8')).toBe(text);
    expect(first.stdout).toContain('checked: paper mode, 2 pairs');
    expect(first.stderr).toMatch(/next:\n {2}mtrade config check\n {2}mtrade ladder BTC\/USDT --price P/);
    expect(text).toContain('# command = []\n');
  });
});

test.each([
  [['--mode', 'live'], false],
  [['--mode', 'live', '--trade'], true],
  [['--mode', 'paper'], true],
])('init %j lets the pairs trade: %s, and shows what the whole ladders need (C06)', async (args, trades) => {
  const { stdout } = await mtrade(place, ['init', '--pairs', 'BTC/USDT,ETH/USDT', ...args]);

  const text = readFileSync(join(place.directory, 'mtrade.toml'), 'utf8');
  expect(text.match(/^trade = .*$/gm)).toEqual([`trade = ${trades}`, `trade = ${trades}`]);
  expect(stdout.includes('may not trade yet')).toBe(!trades);
  expect(stdout).toContain('the whole ladders of 2 pairs need 786426 USDT');
});

test('init gives real money a data directory of its own where that of paper trading is taken', async () => {
  const share = join(place.directory, 'share');
  const env = { XDG_DATA_HOME: share };
  const books = { path: join(share, 'mtrade', 'mtrade.db'), exchange: 'gate', account: 'paper' };
  mkdirSync(join(share, 'mtrade'), { recursive: true });
  openStore({ ...books, mode: 'paper' }, { clock: systemClock }).close();

  const paper = await mtrade(place, ['init', '--pairs', 'BTC/USDT'], env);
  const live = await mtrade(place, ['init', '--force', '--mode', 'live', '--pairs', 'BTC/USDT'], env);

  expect(paper.stdout).not.toContain('the books go to');
  expect(readFileSync(join(place.directory, 'mtrade.toml.old'), 'utf8')).toContain('\n# data_dir = ...\n');
  expect(live.stdout).toContain(
    `the books go to ${share}/mtrade-live: ${share}/mtrade holds the books of paper`,
  );
  expect(readFileSync(join(place.directory, 'mtrade.toml'), 'utf8')).toContain(
    `\ndata_dir = "${share}/mtrade-live"\n`,
  );
});

describe('without a running engine', () => {
  test('status exits 3 and says so, as text and as JSON', async () => {
    const text = await mtrade(place, ['status']);
    const json = await mtrade(place, ['status', '--json']);

    expect([text.code, json.code]).toEqual([3, 3]);
    expect(text.stdout).toContain('not running');
    expect(JSON.parse(json.stdout)).toMatchObject({ schema: 1, running: false, data_dir: place.dataDir });
    expect(existsSync(place.dataDir)).toBe(false);
  });

  test.each([[['stop']], [['reset', 'ETH/USDT']], [['permit', 'ETH/USDT', 'on']], [['trading', 'off']]])(
    '%j exits 3',
    async (args) => {
      const { code, stderr } = await mtrade(place, args);

      expect(code).toBe(3);
      expect(stderr).toContain(place.dataDir);
    },
  );
});

test.each([[['status']], [['status', '--json']], [['stop']], [['pause', 'ETH/USDT']]])(
  '%j beside an engine whose socket is gone says so: exit 1, never "not running"',
  async (args) => {
    const lock = await acquireLock(
      {
        dataDir: place.dataDir,
        account: { exchange: 'gate', apiKey: null },
        version: '0.1.0',
        argv: ['mtrade'],
      },
      { clock: systemClock, log: silentLogger, onLost: () => undefined },
    );
    try {
      const { code, stdout, stderr } = await mtrade(place, args);

      expect(code).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toContain(`an engine runs (pid ${process.pid})`);
      expect(stderr).toContain('mtrade lock --kill');
    } finally {
      lock.release();
    }
  },
);

test.each([
  [['status']],
  [['export']],
  [['lock', '--check']],
  [['start', '--no-screen']],
  [['config', 'check']],
])('%j with a file as data directory names it and the key: exit 78', async (args) => {
  writeFileSync(place.dataDir, 'a file');

  const { code, stdout, stderr } = await mtrade(place, args);

  expect([code, stdout]).toEqual([78, '']);
  expect(stderr).toContain(`data_dir: ${place.dataDir} is a file and no directory`);
});

describe('doctor', () => {
  test('finds nothing wrong on a healthy machine', async () => {
    const { code, stdout } = await mtrade(place, ['doctor', '--json']);

    const { findings } = JSON.parse(stdout) as { findings: { level: string; check: string }[] };
    expect(findings.filter((finding) => finding.level === 'problem')).toEqual([]);
    expect(findings.map((finding) => finding.check)).toEqual(
      expect.arrayContaining([
        'node',
        'configuration',
        'data directory',
        'disk space',
        'secrets',
        'exchange',
        'lock',
        'database',
        'pair limits',
        'service unit',
      ]),
    );
    expect(code).toBe(0);
    expect(existsSync(place.dataDir)).toBe(false);
  });

  test('names what is wrong, with a remedy, and exits 1', async () => {
    file(
      'mtrade.toml',
      'mode = "live"\n[exchange]\nrest_url = "http://127.0.0.1:9/api/v4"\nws_url = "ws://127.0.0.1:9/"\n[[pairs]]\nsymbol = "ETH/USDT"\ntrade = true\n',
    );
    mkdirSync(place.dataDir, { mode: 0o700 });
    writeFileSync(join(place.dataDir, 'mtrade.db'), 'no database', { mode: 0o600 });

    const { code, stdout } = await mtrade(place, ['doctor', '--json']);

    const { findings } = JSON.parse(stdout) as {
      findings: { level: string; check: string; remedy: string }[];
    };
    const problems = findings.filter((finding) => finding.level === 'problem');
    expect(problems.map((finding) => finding.check).sort()).toEqual(['database', 'exchange', 'secrets']);
    expect(problems.every((finding) => finding.remedy.length > 10)).toBe(true);
    expect(code).toBe(1);
  });
});

describe('doctor says of a data directory', () => {
  const findings = async (dataDir: string) => {
    const { code, stdout } = await mtrade(place, ['doctor', '--json'], { MTRADE__DATA_DIR: dataDir });
    const found = (JSON.parse(stdout) as { findings: { level: string; check: string; detail: string; remedy: string }[] }).findings; // prettier-ignore
    return {
      code,
      problems: found.filter(({ level }) => level === 'problem'),
      checks: found.map(({ check }) => check),
    };
  };

  test('that it is a file, or of the kernel, with one finding each and nothing more about what would lie in it', async () => {
    writeFileSync(place.dataDir, 'a file');
    const [plain, proc] = await Promise.all([findings(place.dataDir), findings('/proc/mtrade')]);
    expect(plain).toMatchObject({ code: 1, problems: [{ check: 'data directory', detail: `${place.dataDir} is a file and no directory` }] }); // prettier-ignore
    expect(proc).toMatchObject({ code: 1, problems: [{ check: 'data directory', detail: '/proc/mtrade belongs to the kernel (proc); nothing can be kept there' }] }); // prettier-ignore
    expect([...plain.checks, ...proc.checks].filter((check) => ['lock', 'database'].includes(check))).toEqual(
      [],
    );
  });

  test('that others can read the token in it', async () => {
    mkdirSync(place.dataDir, { mode: 0o700 });
    writeFileSync(join(place.dataDir, 'control.token'), 'x', { mode: 0o644 });
    const { code, problems } = await findings(place.dataDir);
    expect(code).toBe(1);
    expect(problems).toMatchObject([{ check: 'permissions', detail: 'control.token has mode 0644' }]);
  });
});

test('doctor names the pairs whose smallest row the exchange would refuse, and a file that others may change', async () => {
  chmodSync(file('mtrade.toml', '[ladder]\nbase_order = "0.5"\n[[pairs]]\nsymbol = "ETH/USDT"\n'), 0o666);
  const { code, stdout } = await mtrade(place, ['doctor']);
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^problem {2}pair limits {6}pairs\[0\]\.ladder \(ETH\/USDT\): row 0 buys for less than ETH\/USDT's minimum/m,
  );
  expect(stdout).toMatch(
    /^problem {2}permissions {6}everybody may change .*mtrade\.toml \(mode 0666\)\n +-> chmod go-w/m,
  );
  expect(stdout).toMatch(/^2 problems, \d+ warnings?$/m);
});

test('doctor and config check name rows that the amount step leaves without an order at the price of now', async () => {
  const minutes = [0, 1, 2].map((index) => 1_700_000_000_000 + index * 60_000);
  file('BTC-USDT_1m.csv', minutes.map((ms) => `${ms},60000.1,60010.1,59990.1,60000.1,0.003\n`).join(''));
  file('mtrade.toml', '[paper]\nfeed = "recording:BTC-USDT_1m.csv"\n[ladder]\nbase_order = "70"\nsafety_orders = 3\n[[pairs]]\nsymbol = "BTC/USDT"\ntrade = true\n'); // prettier-ignore

  const [doctor, check] = await Promise.all([mtrade(place, ['doctor']), mtrade(place, ['config', 'check'])]);

  const says = 'pairs[0].ladder (BTC/USDT): what is held after row 0 cannot be sold at a price of 60000.1';
  expect(doctor.code).toBe(1);
  expect(doctor.stdout).toContain(`problem  pair limits      ${says}`);
  expect([check.code, check.stderr.includes(`warning: ${says}`)]).toEqual([0, true]);
});

describe('doctor tests the key with a signed request', () => {
  const keys = { key: 'a-key', secret: 'a-secret', userId: DEFAULT_USER_ID };
  test.each([
    ['takes it', 'a-key', 'a-secret', 'ok', /signed request/],
    ['does not know it', 'no-key', 'a-secret', 'problem', /INVALID_KEY/],
    ['gets a wrong signature', 'a-key', 'no-secret', 'problem', /INVALID_SIGNATURE/],
  ])('that %s', async (_what, apiKey, apiSecret, level, says) => {
    const exchange = new Exchange({ pairs: DEFAULT_SIMULATED_PAIRS.map(({ spec }) => spec) });
    const server = await startExchangeServer({ apiKeys: [keys] }, { exchange });
    file(
      'mtrade.toml',
      `mode = "live"\n[exchange]\nrest_url = "${server.restUrl}"\nws_url = "${server.wsUrl}"\n[[pairs]]\nsymbol = "ETH/USDT"\ntrade = true\n`,
    );
    try {
      const { stdout, stderr } = await mtrade(place, ['doctor', '--json'], {
        MTRADE_API_KEY: apiKey,
        MTRADE_API_SECRET: apiSecret,
      });

      const { findings } = JSON.parse(stdout) as {
        findings: { level: string; check: string; detail: string; remedy: string | null }[];
      };
      const found = findings.filter(({ check }) => check === 'key');
      expect(found).toMatchObject([{ level, detail: expect.stringMatching(says) }]);
      expect(found[0]?.remedy === null).toBe(level === 'ok');
      expect(stdout + stderr).not.toContain(apiSecret);
    } finally {
      await server.close();
    }
  });
});

describe('S18: doctor on a key that may withdraw', () => {
  test.each([
    ['live', '', 'problem'],
    ['live', 'allow_withdrawal_key = true', 'warning'],
    ['testnet', '', 'warning'],
  ])('S18: in mode %s (option: "%s") it is a %s, with the way out', async (mode, option, level) => {
    const apiKeys = [
      { key: 'a-key', secret: 'a-secret', userId: DEFAULT_USER_ID, moreRights: ['account', 'wallet'] },
    ];
    const exchange = new Exchange({ pairs: DEFAULT_SIMULATED_PAIRS.map(({ spec }) => spec) });
    const server = await startExchangeServer({ apiKeys }, { exchange });
    file(
      'mtrade.toml',
      `mode = "${mode}"\n[exchange]\nrest_url = "${server.restUrl}"\nws_url = "${server.wsUrl}"\n${option}\n[[pairs]]\nsymbol = "ETH/USDT"\ntrade = true\n`,
    );
    const variables = mode === 'testnet' ? 'MTRADE_TESTNET' : 'MTRADE';
    try {
      const { stdout } = await mtrade(place, ['doctor', '--json'], {
        [`${variables}_API_KEY`]: 'a-key',
        [`${variables}_API_SECRET`]: 'a-secret',
      });

      const { findings } = JSON.parse(stdout) as { findings: { level: string; check: string }[] };
      expect(findings.filter(({ check }) => check === 'key')).toMatchObject([
        { level: 'ok' },
        {
          level,
          detail: 'the key may move coins out of the account (wallet)',
          remedy: expect.stringContaining('spot trading only'),
        },
      ]);
    } finally {
      await server.close();
    }
  });
});

test('an answer that cannot be written is no success (P24)', async () => {
  const full = openSync('/dev/full', 'w');
  try {
    const child = spawn(process.execPath, [MTRADE, 'config', 'show'], {
      cwd: place.directory,
      env: environment(place),
      stdio: ['ignore', full, 'ignore'],
    });

    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(1);
  } finally {
    closeSync(full);
  }
});

test('systemd prints a unit that starts this installation with the configuration that was found', async () => {
  const { code, stdout, stderr } = await mtrade(place, ['systemd', '--print']);
  writeFileSync(join(place.directory, 'mtrade.toml'), 'mode = "paper"\n');
  const found = await mtrade(place, ['systemd']);

  expect(code).toBe(0);
  expect(stdout).toMatch(/^ExecStart=\/\S*node\S* \/\S*main\.js start$/m);
  // What this shell has set is not in the unit, and somebody has to be told.
  expect(stderr).toContain('MTRADE__DATA_DIR');
  expect(found.stdout).toMatch(/^ExecStart=\/\S*node\S* \/\S*main\.js start --config \/\S*\/mtrade\.toml$/m);
});

test('systemd --user --install writes the unit and says what comes next; edited, it is left', async () => {
  const path = join(place.directory, '.config', 'systemd', 'user', 'mtrade.service');
  const first = await mtrade(place, ['systemd', '--user', '--install']);
  const printed = await mtrade(place, ['systemd', '--user']);
  const second = await mtrade(place, ['systemd', '--user', '--install']);

  expect([first.code, second.code]).toEqual([0, 0]);
  expect(readFileSync(path, 'utf8')).toBe(printed.stdout);
  expect(first.stdout).toContain(`${path} written.`);
  for (const next of ['daemon-reload', 'enable --now mtrade', 'enable-linger', 'journalctl --user -u mtrade'])
    expect(first.stdout).toContain(next);
  expect(second.stdout).toContain('is up to date');

  writeFileSync(path, `${printed.stdout}Nice=5\n`);
  const refused = await mtrade(place, ['systemd', '--user', '--install']);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('--force');
  expect((await mtrade(place, ['systemd', '--user', '--install', '--force'])).code).toBe(0);
  expect(readFileSync(path, 'utf8')).toBe(printed.stdout);
});

test('what systemd says comes next can be typed as it stands', async () => {
  const bin = join(place.directory, 'bin');
  mkdirSync(bin);
  for (const tool of ['systemctl', 'loginctl', 'journalctl']) {
    writeFileSync(join(bin, tool), `#!/bin/sh\necho "${tool} $*" >> '${place.directory}/called'\n`);
    chmodSync(join(bin, tool), 0o755);
  }
  const xdg = join(place.directory, 'xdg');

  const { stdout } = await mtrade(place, ['systemd', '--user', '--install'], { XDG_CONFIG_HOME: xdg });
  const commands = stdout.slice(stdout.indexOf('Next:\n') + 'Next:\n'.length);
  execFileSync('/bin/sh', ['-e'], { input: commands, env: { PATH: bin } });

  expect(existsSync(join(xdg, 'systemd', 'user', 'mtrade.service'))).toBe(true);
  expect(readFileSync(join(place.directory, 'called'), 'utf8').split('\n')).toEqual([
    'systemctl --user daemon-reload',
    'systemctl --user enable --now mtrade',
    'loginctl enable-linger',
    'journalctl --user -u mtrade -f',
    '',
  ]);
});

test('systemd --install says which secrets have to be there before the service starts', async () => {
  const path = file('live.toml', 'mode = "live"\n[[pairs]]\nsymbol = "ETH/USDT"\n');

  const live = await mtrade(place, ['systemd', '--user', '--install', '--config', path]);
  const paper = await mtrade(place, ['systemd', '--user', '--install']);

  expect(live.stdout).toMatch(
    /It reads \/\S+api-key, \/\S+api-secret: put the secrets there first, mode 0600\./,
  );
  expect(paper.stdout).toContain('mtrade.service replaced.');
  expect(paper.stdout).not.toContain('It reads');
});

test('systemd refuses what the service could not run with: a wrong configuration, books that it could not write', async () => {
  const path = join(place.directory, 'mtrade.toml');
  writeFileSync(path, 'mode = "papre"\n');
  const wrong = await mtrade(place, ['systemd']);
  writeFileSync(path, 'data_dir = "/srv/books"\n');
  const elsewhere = await mtrade(place, ['systemd']);

  expect(wrong.code).toBe(78);
  expect(elsewhere.code).toBe(78);
  expect(elsewhere.stderr).toContain('/srv/books');
  expect((await mtrade(place, ['systemd', '--user'])).code).toBe(0);
  expect((await mtrade(place, ['systemd', '--print', '--install'])).code).toBe(2);
});
