import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environment, type Place, usePlace } from './cli-process.js';
import { type EngineProcess, spawnEngine } from './support/engine.js';
import { Processes } from './support/processes.js';
import { COLUMNS, linesOnTerminal } from './terminal.js';

const processes = new Processes();
let running: Place;
let engine: EngineProcess;
let log: string;

beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'mtrade-tty-'));
  running = { directory, dataDir: join(directory, 'data') };
  log = join(directory, 'engine.log');
  engine = await spawnEngine(['start', '--no-screen', '--log-file', log], {
    cwd: directory,
    env: environment(running),
    processes,
    dataDir: running.dataDir,
    configPath: '',
  });
  await engine.until('has earned', ({ profit }) => Number(profit['USDT'] ?? 0) > 0);
});

afterAll(async () => {
  await processes.killAll();
  rmSync(running.directory, { recursive: true, force: true });
});

/** Lines that a terminal would break in the middle of a word. A single long word, such as a path, is for copying. */
const tooLong = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => line.length > COLUMNS && /\S\s+\S/.test(line));

/** Runs the commands; which of them write a line that is too long, or do not say what they have to. */
async function misfits(
  place: Place,
  commands: readonly (readonly [args: string, says: RegExp])[],
): Promise<readonly (readonly [string, readonly string[]])[]> {
  const seen = await linesOnTerminal(
    place,
    commands.map(([args]) => args.split(' ').filter((word) => word !== '')),
  );
  return commands.flatMap(([args, says], index) => {
    const [command, lines] = seen[index] ?? ['', []];
    const long = tooLong(lines);
    // Put together again, its lines have lost nothing.
    const isSaid = command === args && says.test(lines.join(' ').replaceAll(/\s+/g, ' '));
    return long.length === 0 && isSaid ? [] : [[args, isSaid ? long : lines] as const];
  });
}

test('what the views of a running engine print fits a terminal of 80 columns', async () => {
  expect(
    await misfits(running, [
      ['status', /PAPER: no real money/],
      ['profit', /USDT after fees/],
      ['cycles', /ended \(UTC\)/],
      ['trades', /fee/],
      ['ladder ETH/USDT --price 3000', /whole ladder:/],
      ['config check', /configuration ok: built-in defaults/],
      ['doctor', /pair limits/],
      ['diagnose', /only the books were checked/],
      ['lock --check', /running: pid \d+, .*version/],
      ['logs -n 20', /order closed/],
      [`analyze-logs ${log}`, /malformed lines/],
      ['backup', /pages, verified/],
      ['systemd --user --install', /loginctl enable-linger/],
      ['trading off', /trading is off/],
      ['sell ETH/USDT', /mtrade: ETH\/USDT/],
      ['reset ETH/USDT', /ETH\/USDT/],
    ]),
  ).toEqual([]);
});

test('an error beside a running engine fits, and says all it knows', async () => {
  expect(
    await misfits(running, [
      [
        'start',
        /another mtrade already runs with this data directory \(\S+\): pid \d+, .* `mtrade lock --check` proves it\./,
      ],
      ['cleanup', /another mtrade already runs/],
      ['pause FOO/USDT', /no pair "FOO\/USDT" is configured; .*ETH\/USDT/],
      ['restore missing.db', /missing\.db/],
    ]),
  ).toEqual([]);
});

const alone = usePlace();

test('an error without an engine fits, and says all it knows', async () => {
  const bad = [
    'unknown_key_of_the_file = 1',
    '[engine]\nfoo = 1\ndebounce_ms = "a"',
    '[control]\nlisten = "127.0.0.1:99999"',
    '[[pairs]]\nsymbol = "ETHUSDT"\nladder = { base_order = "-1" }',
  ].join('\n');
  writeFileSync(join(alone.directory, 'bad.toml'), bad);
  writeFileSync(join(alone.directory, 'live.toml'), 'mode = "live"\n[[pairs]]\nsymbol = "ETH/USDT"\n');

  expect(
    await misfits(alone, [
      ['', /Usage: mtrade .*78 bad configuration or secret/],
      ['bogus', /unknown command 'bogus'/],
      ['completion', /missing required argument/],
      ['lock', /give either --check or --kill/],
      ['reset FOO', /write it as ETH\/USDT, ETH_USDT or ETHUSDT/],
      ['ladder ETH/USDT --price -1', /give a positive decimal/],
      ['status', /not running/],
      ['stop', /no engine runs/],
      ['logs', /--file or --unit names one/],
      ['alert test', /no channel is configured/],
      ['import 3commas missing.json', /missing\.json cannot be read/],
      ['analyze-logs missing.log', /missing\.log/],
      ['config check --config missing.toml', /missing\.toml/],
      ['config check --config bad.toml', /engine\.debounce_ms: expected/],
      ['doctor --config bad.toml', /correct the named keys/],
      ['start --config live.toml', /MTRADE_API_KEY: no secret found; tried/],
      ['init --yes', /wrote/],
      ['init --yes', /is there already and stays; .*--config writes elsewhere/],
      ['init --yes --force --mode live', /may not trade yet/],
      ['config check', /configuration ok/],
    ]),
  ).toEqual([]);
});
