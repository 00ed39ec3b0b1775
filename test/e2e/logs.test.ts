import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { logFiles } from '@mtrade/log';
import { describe, expect, test } from 'vitest';
import { environment, MTRADE, mtrade, usePlace } from './cli-process.js';
import { CLI, cleanEnvironment, eventually, run } from './support/engine.js';
import { useEngine } from './support/fixture.js';

const KEEP = 50;

describe('the log of a running engine in a file that is set aside at 10 kB', () => {
  const at = useEngine({
    pairs: ['ETH/USDT'],
    start: {
      args: ['--log-file', 'engine.log', '--log-level', 'debug'],
      env: { MTRADE__LOG__MAX_SIZE: '10kB', MTRADE__LOG__KEEP: String(KEEP) },
    },
  });
  const path = (): string => join(at.world.directory, 'engine.log');
  const files = (): string[] => logFiles(path(), KEEP).filter((file) => existsSync(file));
  const written = (): string[] =>
    files()
      .toReversed()
      .flatMap((file) => readFileSync(file, 'utf8').trimEnd().split('\n'));

  test('mtrade logs -f shows every line once, in order and whole, through all rotations', async () => {
    const { world, engine } = at;
    const follow = spawn(
      process.execPath,
      [CLI, 'logs', '-f', '-n', '1000', '--json', '--config', engine.configPath],
      { cwd: world.directory, env: cleanEnvironment(world.directory), stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = world.processes.track(follow);
    let followed = '';
    follow.stdout.setEncoding('utf8').on('data', (text: string) => (followed += text));
    await eventually('what was is shown', () => followed !== '');

    for (let turn = 0; files().length < 3; turn += 1) {
      await engine.post(turn % 2 === 0 ? '/api/autotrader/pause_cycle' : '/api/autotrader/resume_cycle', {
        symbol: 'ETH/USDT',
      });
      const price = turn % 4 < 2 ? 100 : 96;
      world.price('ETH/USDT', String(price - 0.1), String(price));
      await sleep(20);
      expect(turn, 'the log grows with each command').toBeLessThan(2_000);
    }
    expect(await engine.stop()).toBe(0);
    // A thread finds the new file within a quarter of a second, so the engine's last word may stand before others.
    await eventually('the last line has come', () => followed.length >= written().join('\n').length);
    follow.kill('SIGINT');

    expect(await ended).toBe(0);
    expect(followed.trimEnd().split('\n')).toEqual(written());
    for (const line of written()) expect(JSON.parse(line)).toHaveProperty('role');
    const roles = new Set(written().map((line) => (JSON.parse(line) as { role: string }).role));
    expect([...roles]).toEqual(expect.arrayContaining(['cycler', 'supervisor']));
  });

  test('afterwards it finds the file by itself, and chooses by number, level and pair', async () => {
    const { engine } = at;
    const lines = async (...args: string[]): Promise<string[]> => {
      const { code, stdout, stderr } = await engine.cli('logs', ...args);
      expect([code, stderr]).toEqual([0, '']);
      return stdout.trimEnd().split('\n');
    };

    expect(await lines('-n', '300', '--json')).toEqual(written().slice(-300));
    const [shown = '', ...more] = await lines('-n', '1');
    expect(shown).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} {2}[A-Z ]{5} {2}[a-z]+ {2,}\S/);
    expect(more).toEqual([]);
    for (const line of await lines('--pair', 'eth_usdt')) expect(line).toContain('  ETH/USDT  ');
    for (const line of await lines('--level', 'warn', '--json'))
      expect((JSON.parse(line) as { level: string }).level).toMatch(/^(warn|error)$/);
  });
});

describe('a log file that two engines would write', () => {
  const at = useEngine(
    { pairs: ['ETH/USDT'], start: { args: ['--log-file', 'engine.log'] } },
    ({ directory }) => writeFileSync(join(directory, 'engine.log'), `${'x'.repeat(12_000)}\n`),
  );

  test('a start that is refused, because an engine runs, sets nothing aside', async () => {
    const { world, engine } = at;
    const second = await run(['start', '--log-file', 'engine.log', '--config', engine.configPath], {
      cwd: world.directory,
      env: {
        ...cleanEnvironment(world.directory),
        MTRADE_API_KEY: world.apiKey,
        MTRADE_API_SECRET: world.apiSecret,
        MTRADE__LOG__MAX_SIZE: '10kB',
      },
      processes: world.processes,
    });
    expect(second.code).not.toBe(0);
    expect(second.stderr).toMatch(/already|another/);
    expect(existsSync(join(world.directory, 'engine.log.1'))).toBe(false);
  });
});

describe('mtrade logs', () => {
  const place = usePlace();

  const argumentsOfJournal = (): string => readFileSync(join(place.directory, 'arguments'), 'utf8');

  /** Stands in for journalctl, which has no journal to show here: it notes its arguments and does as it is told. */
  function fakeJournalThat(does: string): Record<string, string> {
    const bin = join(place.directory, 'bin');
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'journalctl'),
      `#!/bin/sh\necho "$@" > '${place.directory}/arguments'\n${does}\n`,
    );
    chmodSync(join(bin, 'journalctl'), 0o755);
    return { PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  }
  const fakeJournal = (...messages: string[]): Record<string, string> =>
    fakeJournalThat(messages.map((message) => `echo '${message}'`).join('\n'));
  const noted = (value: object): void => {
    mkdirSync(place.dataDir, { recursive: true });
    writeFileSync(join(place.dataDir, 'log.json'), JSON.stringify({ schema: 1, ...value }));
  };
  const message = (level: string, msg: string): string =>
    JSON.stringify({ level, time: '2026-11-21T12:00:00.000Z', role: 'cycler', msg });

  test('reads the journal of the unit that the engine runs as, the newest lines first where it looks for few', async () => {
    noted({ kind: 'journal', unit: 'mtrade.service', isUser: true });
    const env = fakeJournal(
      message('warn', 'three'),
      'Started mtrade.',
      message('info', 'two'),
      message('warn', 'one'),
    );

    const { code, stdout } = await mtrade(place, ['logs', '-n', '2', '--level', 'warn', '--json'], env);

    expect(code).toBe(0);
    expect(stdout).toBe(`${message('warn', 'one')}\n${message('warn', 'three')}\n`);
    expect(argumentsOfJournal()).toBe('--user -u mtrade.service -o cat --no-pager -q -r\n');
  });

  test('follows the journal, and tells when journalctl is not there', async () => {
    const env = fakeJournal(message('info', 'now'));
    const found = await mtrade(place, ['logs', '-f', '-n', '7', '--unit', 'other'], env);
    const missing = await mtrade(place, ['logs', '--unit', 'other'], { PATH: place.directory });

    expect(found.code).toBe(0);
    expect(found.stdout).toContain('INFO   cycler      now');
    expect(argumentsOfJournal()).toContain('-u other -o cat --no-pager -q -f -n 7');
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/^mtrade: journalctl: .*ENOENT/);
  });

  test('looks far back in a journal that it follows for lines of one kind, and asks for that of the user', async () => {
    const env = fakeJournal(message('info', 'one'), message('warn', 'two'));

    const { stdout } = await mtrade(
      place,
      ['logs', '-f', '-n', '7', '--unit', 'other', '--user', '--level', 'warn'],
      env,
    );

    expect(argumentsOfJournal()).toBe('--user -u other -o cat --no-pager -q -f -n 5000\n');
    expect(stdout).toContain('two');
    expect(stdout).not.toContain('one');
  });

  test(
    'ends a journal that has more than was asked for, and leaves no reader of it behind',
    { timeout: 60_000 },
    async () => {
      const line = message('info', 'again');
      const env = fakeJournalThat(
        `echo $$ > '${place.directory}/pid'\necho '${line}'\necho '${line}'\necho '${line}'\nexec sleep 300`,
      );

      const { code, stdout } = await mtrade(place, ['logs', '-n', '3', '--unit', 'other', '--json'], env);

      expect(code).toBe(0);
      expect(stdout).toBe(`${line}\n${line}\n${line}\n`);
      const pid = Number(readFileSync(join(place.directory, 'pid'), 'utf8'));
      await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
    },
  );

  test('a journal that cannot be read is an error, beside what journalctl says of it', async () => {
    const env = fakeJournalThat('echo "No permission" >&2; exit 1');

    const { code, stdout, stderr } = await mtrade(place, ['logs', '--unit', 'other'], env);

    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe('No permission\nmtrade: journalctl: it ended with 1\n');
  });

  test('says what to do where no log is kept, and where the named one is not', async () => {
    noted({ kind: 'stderr' });
    const lost = await mtrade(place, ['logs']);
    const nowhere = await mtrade(place, ['logs', '--file', 'none.log']);

    expect([lost.code, nowhere.code]).toEqual([1, 1]);
    expect(lost.stderr).toContain('--log-file');
    expect(nowhere.stderr).toContain('none.log');
  });

  test('ends when nobody reads it any more', async () => {
    writeFileSync(join(place.directory, 'x.log'), `${message('info', 'one')}\n`);
    const child = spawn(
      'sh',
      ['-c', '"$0" "$@" | head -n 1', process.execPath, MTRADE, 'logs', '-f', '--file', 'x.log'],
      {
        cwd: place.directory,
        env: environment(place),
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const ended = new Promise((resolve) => child.once('close', resolve));
    const timer = setInterval(
      () => writeFileSync(join(place.directory, 'x.log'), `${message('info', 'more')}\n`, { flag: 'a' }),
      100,
    );

    expect(await Promise.race([ended, sleep(20_000, 'late')])).toBe(0);
    clearInterval(timer);
  });
});
