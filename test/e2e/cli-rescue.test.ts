import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { mtrade, usePlace } from './cli-process.js';
import { statusOf, usePaperEngines } from './paper-engine.js';

const place = usePlace();
const engines = usePaperEngines(place);

/** The file alone says where the data directory is. */
const BARE = { MTRADE__DATA_DIR: undefined, MTRADE__CONTROL__LISTEN: undefined };
const config = (): string => join(place.directory, 'mtrade.toml');
const write = (mode: string): void =>
  writeFileSync(
    config(),
    `mode = ${mode}\ndata_dir = ${JSON.stringify(place.dataDir)}\n[control]\nlisten = "127.0.0.1:0"\n`,
  );

interface Found {
  readonly check: string;
  readonly level: string;
  readonly detail: string;
}
const findings = ({ stdout }: { readonly stdout: string }): readonly Found[] =>
  (JSON.parse(stdout) as { findings: readonly Found[] }).findings;

/** Everything that someone needs who has to look at a running engine, hold it or end it. */
const COMMANDS: readonly (readonly string[])[] = [
  ['status', '--json'],
  ['trading', 'off'],
  ['pause', 'ETH/USDT'],
  ['permit', 'ETH/USDT', 'off'],
  ['resume', 'ETH/USDT'],
  ['reset', 'BTC/USDT'],
  ['dashboard', '--print'],
  ['trades', 'ETH/USDT'],
  ['cycles'],
  ['profit'],
  ['export'],
  ['backup'],
  ['lock', '--check'],
  ['stop'],
];

describe('a configuration file that breaks beside a running engine locks nobody out', () => {
  test('every command and view finds the engine by what is left of the file, and says so in one line', async () => {
    write('"paper"');
    const engine = await engines.start([], BARE);
    write('paper');

    for (const args of COMMANDS) {
      const { code, stderr } = await mtrade(place, args, BARE);

      expect([args, code]).toEqual([args, 0]);
      const warnings = stderr.split('\n').filter((line) => line.startsWith('warning:'));
      expect(warnings).toEqual([
        `warning: ${config()}:1:8: not valid TOML: invalid value; going on with the data directory ${place.dataDir} (named in it)`,
      ]);
    }
    expect(await engine.ended).toBe(0);
    expect((await mtrade(place, ['start'], BARE)).code).toBe(78);
    expect((await mtrade(place, ['config', 'check'], BARE)).code).toBe(78);
  });

  test('deleted, it leaves the default, which is a guess: the engines that run are named, and --data-dir reaches them', async () => {
    write('"paper"');
    const engine = await engines.start(['--config', config()], BARE);
    rmSync(config());

    const wrong = await mtrade(place, ['stop', '--config', config()], BARE);
    expect(wrong.code).toBe(78);
    expect(wrong.stderr).toContain(`${config()}: no such file`);
    expect(wrong.stderr).toContain(join(place.directory, '.local', 'share', 'mtrade'));
    expect(wrong.stderr).toContain(`--data-dir ${place.dataDir} (pid ${engine.child.pid})`);
    const seen = await mtrade(place, ['status', '--config', config()], BARE);
    expect(seen.code).toBe(3);
    expect(seen.stderr).toContain(`warning: ${config()}: no such file`);
    expect(seen.stderr).toContain(`--data-dir ${place.dataDir} (pid ${engine.child.pid})`);
    const shown = await mtrade(place, ['status'], BARE);
    expect(shown.code).toBe(3);
    expect(shown.stderr).toContain(`--data-dir ${place.dataDir} (pid ${engine.child.pid})`);

    const stop = await mtrade(place, ['stop', '--data-dir', 'data'], BARE);
    expect([stop.code, stop.stderr]).toEqual([0, '']);
    expect(await engine.ended).toBe(0);
  });

  test('a file that was edited beside a running engine: status says so, doctor and config show name every option', async () => {
    write('"paper"');
    await engines.start([], BARE);
    const same = await mtrade(place, ['status'], BARE);
    expect([same.code, same.stderr]).toEqual([0, '']);
    writeFileSync(config(), `${readFileSync(config(), 'utf8')}[ladder]\nstep_pct = "4"\n`);

    const [shown, doctor, show] = await Promise.all([
      mtrade(place, ['status'], BARE),
      mtrade(place, ['doctor', '--json'], BARE),
      mtrade(place, ['config', 'show'], BARE),
    ]);

    const says = 'ladder.step_pct: the engine runs with "3.65", this configuration says "4"';
    expect(shown.stderr).toMatch(
      /^note: 1 option of the configuration differs from what the engine runs with/,
    );
    expect(findings(doctor).filter(({ check }) => check === 'running config')).toMatchObject([{ level: 'warning', detail: says }]); // prettier-ignore
    expect(show.stderr).toContain(`note: ${says}`);
  });

  test('a value that the configuration does not allow is no reason either; doctor looks at the engine all the same', async () => {
    write('"paper"');
    await engines.start([], BARE);
    writeFileSync(config(), `data_dir = ${JSON.stringify(place.dataDir)}\nmood = 1\n[ladder]\nstep = "x"\n`);

    const shown = await mtrade(place, ['status', '--json'], BARE);
    const doctor = await mtrade(place, ['doctor', '--json'], BARE);

    expect(shown.code).toBe(0);
    expect(shown.stderr).toMatch(
      /^warning: .*(mood|step): unknown key.*\(and 1 more: mtrade config check\).*\n$/,
    );
    expect(doctor.code).toBe(1);
    expect(findings(doctor).filter(({ level }) => level === 'problem').map(({ check }) => check)).toEqual(['configuration', 'configuration']); // prettier-ignore
    expect(findings(doctor).find(({ check }) => check === 'engine')?.detail).toContain('answers in');
  });
});

/** What a command may do to an engine that was not named, and must not do to the wrong one. */
const ACTS: readonly (readonly string[])[] = [
  ['sell', 'ETH/USDT'],
  ['reset', 'ETH/USDT'],
  ['resume', 'ETH/USDT'],
  ['permit', 'ETH/USDT', 'on'],
  ['trading', 'on'],
  ['lock', '--kill'],
];
const HOLDS: readonly (readonly string[])[] = [
  ['pause', 'ETH/USDT'],
  ['permit', 'ETH/USDT', 'off'],
  ['trading', 'off'],
  ['stop'],
  ['dashboard', '--print'],
];
const VIEWS: readonly (readonly string[])[] = [['status'], ['dashboard', '--print', '--read-only'], ['trades'], ['lock', '--check']]; // prettier-ignore

describe('a configuration that was named and cannot be read directs no command at the engine of the default place', () => {
  const standard = {
    get directory() {
      return place.directory;
    },
    get dataDir() {
      return join(place.directory, '.local', 'share', 'mtrade');
    },
  };
  const standards = usePaperEngines(standard);

  test('mistyped or with a relative data_dir: what acts is refused with the engines that run, and nothing has happened to them', async () => {
    const engine = await standards.start([], BARE);
    const paused = async (): Promise<boolean | undefined> =>
      (await statusOf(standard)).pairs.find(({ symbol }) => symbol === 'ETH/USDT')?.paused;
    expect((await mtrade(place, ['pause', 'ETH/USDT'], BARE)).code).toBe(0);
    writeFileSync(config(), 'data_dir = "books"\n');
    const wrongs: readonly (readonly [readonly string[], Readonly<Record<string, string | undefined>>])[] = [
      [['--config', 'live-typo.toml'], BARE],
      [[], { ...BARE, MTRADE_CONFIG: 'live-typo.toml' }],
      [['--config', 'mtrade.toml'], BARE],
      [[], { ...BARE, MTRADE__DATA_DIR: 'books' }],
    ];

    for (const [index, args] of ACTS.entries()) {
      const [options, env] = wrongs[index % wrongs.length] ?? [[], BARE];
      const { code, stdout, stderr } = await mtrade(place, [...args, ...options], env);
      expect([args, code, stdout]).toEqual([args, 78, '']);
      expect(stderr).toContain('name it by --data-dir DIR');
      expect(stderr).toContain(`--data-dir ${standard.dataDir} (pid ${engine.child.pid})`);
    }

    expect(await paused()).toBe(true);
    for (const [options, env] of wrongs) {
      const { code, stderr } = await mtrade(place, ['sell', 'ETH/USDT', ...options], env);
      expect([options, code]).toEqual([options, 78]);
      expect(stderr).toContain('name it by --data-dir DIR');
    }
    for (const args of VIEWS) {
      const { code, stderr } = await mtrade(place, [...args, '--config', 'live-typo.toml'], BARE);
      expect([args, code]).toEqual([args, 0]);
      expect(stderr).toContain(`going on with the data directory ${standard.dataDir} (the default, a guess)`);
    }
    expect((await mtrade(place, ['resume', 'ETH/USDT', '--data-dir', standard.dataDir], BARE)).code).toBe(0);
    expect(await paused()).toBe(false);
  });

  test('beside a second engine even what holds or stops is refused: the wrong one stopped would be harm as well', async () => {
    const [first, second] = await Promise.all([standards.start([], BARE), engines.start()]);

    for (const args of HOLDS) {
      const { code, stdout, stderr } = await mtrade(place, [...args, '--config', 'live-typo.toml'], BARE);
      expect([args, code, stdout]).toEqual([args, 78, '']);
      expect(stderr).toContain(`--data-dir ${standard.dataDir} (pid ${first.child.pid})`);
      expect(stderr).toContain(`--data-dir ${place.dataDir} (pid ${second.child.pid})`);
    }
    expect((await statusOf(standard)).running).toBe(true);
    const off = await mtrade(place, ['trading', 'off'], BARE);
    expect(off.stdout).toContain(
      `(paper engine, pid ${first.child.pid}, data directory ${standard.dataDir})`,
    );
    // Engines of other tests on this machine stand in the same list.
    expect(off.stderr).toContain('note: other engines run on this machine, one with --data-dir ');
    expect(off.stderr).toContain(`--data-dir ${place.dataDir} (pid ${second.child.pid})`);
    const stop = await mtrade(place, ['stop', '--data-dir', standard.dataDir], BARE);
    expect([stop.code, stop.stderr]).toEqual([0, '']);
    expect(stop.stdout).toContain(`pid ${first.child.pid}`);
    expect(await first.ended).toBe(0);
  });
});

describe('an engine that holds its lock and does not answer', () => {
  test('suspended: status names the process, the remedy and what the books say within seconds; lock --kill says that it waits', async () => {
    const engine = await engines.start();
    engine.child.kill('SIGSTOP');
    const pid = String(engine.child.pid);
    const begin = performance.now();

    const shown = await mtrade(place, ['status']);
    expect(shown.code).toBe(1);
    expect(performance.now() - begin).toBeLessThan(9_000);
    expect(shown.stderr).toContain(`the engine (pid ${pid}) does not answer; its process is suspended`);
    expect(shown.stderr).toContain(`kill -CONT ${pid} lets it go on`);
    expect(shown.stdout).toMatch(/^The engine does not answer\. Last stored state, /);
    expect(shown.stdout).toContain('ETH/USDT');
    expect(shown.stdout).not.toContain('not running');

    const killing = mtrade(place, ['lock', '--kill']);
    await sleep(5_000);
    engine.child.kill('SIGCONT');
    const { code, stdout, stderr } = await killing;
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^stopped: .*${pid}.* \\(paper engine\\)\n$`));
    expect(stderr).toMatch(
      new RegExp(`^pid ${pid} was asked to end; its process is suspended .* Waiting for up to 45 s`),
    );
    expect(await engine.ended).toBe(0);
  });

  test('without its token file: said as such, with a way out, and its socket comes back by itself', async () => {
    const engine = await engines.start();
    rmSync(join(place.dataDir, 'control.sock'));
    await expect.poll(() => existsSync(join(place.dataDir, 'control.sock')), { timeout: 20_000 }).toBe(true);
    expect((await mtrade(place, ['pause', 'ETH/USDT'])).code).toBe(0);
    rmSync(join(place.dataDir, 'control.token'));

    const [shown, page, doctor, stop] = await Promise.all([
      mtrade(place, ['status']),
      mtrade(place, ['dashboard', '--read-only', '--print']),
      mtrade(place, ['doctor', '--json']),
      mtrade(place, ['stop']),
    ]);

    // The token that may only look is enough for every view.
    expect([shown.code, shown.stderr]).toEqual([0, '']);
    expect([page.code, page.stdout]).toEqual([0, expect.stringMatching(/^http:.*#token=\S+\n$/)]);
    expect(stop.code).toBe(77);
    expect(stop.stderr).toContain(
      `control.token is gone, and without it the engine (pid ${engine.child.pid}) takes no command`,
    );
    for (const way of ['mtrade lock --kill', `kill -TERM ${engine.child.pid}`, 'systemctl stop mtrade'])
      expect(stop.stderr).toContain(way);
    const token = findings(doctor).find(({ check }) => check === 'control token');
    expect(token).toMatchObject({ level: 'problem', remedy: expect.stringContaining('mtrade lock --kill') });
    expect(token).toMatchObject({ remedy: expect.stringContaining('a start makes a new one') });
    rmSync(join(place.dataDir, 'read.token'));
    expect((await mtrade(place, ['status'])).code).toBe(77);
    const blind = findings(await mtrade(place, ['doctor', '--json']));
    expect(blind.filter(({ level }) => level === 'problem')).toMatchObject([
      { check: 'control token', remedy: expect.stringContaining('a start makes a new one') },
    ]);
    expect((await mtrade(place, ['lock', '--kill'])).code).toBe(0);
    expect(await engine.ended).toBe(0);
  });

  test('a data directory that others may enter is told at the start, and what the paper exchange keeps is private', async () => {
    mkdirSync(place.dataDir);
    chmodSync(place.dataDir, 0o755);
    const { output } = await engines.start();

    expect(output().stderr).toContain(`can be entered by others (mode 0755): chmod 700 ${place.dataDir}`);
    expect(statSync(join(place.dataDir, 'paper-exchange')).mode & 0o777).toBe(0o700);
  });

  test('a pair that is not configured is wrong usage, as everywhere: exit 2, with the pairs that are', async () => {
    const engine = await engines.start();
    for (const args of [
      ['pause', 'FOO/USDT'],
      ['trades', 'FOO/USDT'],
    ]) {
      const { code, stderr } = await mtrade(place, args);
      expect([args, code]).toEqual([args, 2]);
      expect(stderr).toContain('ETH/USDT');
    }
    engine.child.kill('SIGTERM');
    expect(await engine.ended).toBe(0);
  });
});
