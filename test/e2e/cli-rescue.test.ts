import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mtrade, usePlace } from './cli-process.js';
import { usePaperEngines } from './paper-engine.js';

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

  test('deleted, it leaves the default: where no engine runs there, the ones that do are named, and --data-dir reaches them', async () => {
    write('"paper"');
    const engine = await engines.start(['--config', config()], BARE);
    rmSync(config());

    const wrong = await mtrade(place, ['stop', '--config', config()], BARE);
    expect(wrong.code).toBe(3);
    expect(wrong.stderr).toContain(`warning: ${config()}: no such file`);
    expect(wrong.stderr).toContain(join(place.directory, '.local', 'share', 'mtrade'));
    expect(wrong.stderr).toContain(`--data-dir ${place.dataDir} (pid ${engine.child.pid})`);
    const shown = await mtrade(place, ['status'], BARE);
    expect(shown.code).toBe(3);
    expect(shown.stderr).toContain(`--data-dir ${place.dataDir} (pid ${engine.child.pid})`);

    const stop = await mtrade(place, ['stop', '--data-dir', 'data'], BARE);
    expect([stop.code, stop.stderr]).toEqual([0, '']);
    expect(await engine.ended).toBe(0);
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
    const { findings } = JSON.parse(doctor.stdout) as { findings: { check: string; level: string; detail: string }[] }; // prettier-ignore
    expect(findings.filter(({ level }) => level === 'problem').map(({ check }) => check)).toEqual(['configuration', 'configuration']); // prettier-ignore
    expect(findings.find(({ check }) => check === 'engine')?.detail).toContain('answers in');
  });
});
