import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { controlCall } from '@mtrade/bench';
import type { StatusJson } from '@mtrade/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const NOTE_CODE = fileURLToPath(new URL('support/note-code.cjs', import.meta.url));
/** One for each thread that an engine in paper mode has. */
const OF_THREADS = [
  'command-line.js',
  'cycler.worker.js',
  'exchange.worker.js',
  'order-lane.worker.js',
  'reactor.worker.js',
];

/** A copy of what the build has made, elsewhere, to be harmed at will. */
interface Installed {
  readonly directory: string;
  readonly bundle: string;
  /** Its files of compiled code, also those for another Node.js or processor. */
  readonly compiled: readonly string[];
}

function install(): Installed {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'mtrade-built-')));
  const built = join(root, 'apps/mtrade');
  const app = join(directory, 'apps/mtrade');
  const name = readFileSync(join(built, 'dist/bundle/current'), 'utf8').trim();
  for (const part of ['package.json', 'dist/main.js', 'dist/bundle/current', `dist/bundle/${name}`]) {
    mkdirSync(dirname(join(app, part)), { recursive: true });
    cpSync(join(built, part), join(app, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  const bundle = join(app, 'dist/bundle', name);
  const compiled = readdirSync(join(bundle, 'cache'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return { directory, bundle, compiled };
}

describe('code that the build has compiled', () => {
  let built: Installed;
  beforeEach(() => {
    built = install();
  });
  afterEach(() => rmSync(built.directory, { recursive: true, force: true }));

  function mtrade(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const main = join(built.directory, 'apps/mtrade/dist/main.js');
    const child = spawn(process.execPath, ['--require', NOTE_CODE, main, ...args], {
      cwd: built.directory,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: built.directory,
        MTRADE_RUNTIME_DIR: built.directory,
        MTRADE__DATA_DIR: join(built.directory, 'data'),
        MTRADE__CONTROL__LISTEN: '127.0.0.1:0',
        NOTE_CODE_TO: join(built.directory, 'notes'),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = new Promise<string>((resolve) => child.once('close', () => resolve(said)));
    return { child, said: () => said, ended };
  }

  /** Runs an engine until it has bought; returns what became of the compiled code of each file that it has loaded. */
  async function trade(env: Readonly<Record<string, string>> = {}): Promise<ReadonlyMap<string, string>> {
    writeFileSync(
      join(built.directory, 'mtrade.toml'),
      'mode = "paper"\n[[pairs]]\nsymbol = "BTC/USDT"\ntrade = true\n',
    );
    const engine = mtrade(['start', '--no-screen'], env);
    try {
      for (let filled = 0; filled === 0; await sleep(50)) {
        if (engine.child.exitCode !== null) throw new Error(`the engine ended: ${engine.said()}`);
        const reply = await controlCall(join(built.directory, 'data'), 'GET', '/v1/status').catch(() => null);
        if (reply?.status === 200)
          filled = (JSON.parse(reply.body) as StatusJson).internal['orders_filled'] ?? 0;
      }
      engine.child.kill('SIGTERM');
      await engine.ended;
    } finally {
      engine.child.kill('SIGKILL');
    }
    expect(engine.child.exitCode).toBe(0);
    const lines = readFileSync(join(built.directory, 'notes'), 'utf8').trim().split('\n');
    return new Map(lines.map((line) => line.split(' ').toReversed() as [string, string]));
  }

  it('is taken by every thread of an engine, wherever the built tree lies', async () => {
    const notes = await trade();
    expect(OF_THREADS.map((name) => `${notes.get(name)} ${name}`)).toEqual(
      OF_THREADS.map((name) => `taken ${name}`),
    );
    expect([...notes.values()]).not.toContain('rejected');
    expect([...notes.keys()].some((name) => name.startsWith('gate-'))).toBe(true);
  });

  const harms: readonly (readonly [string, (paths: readonly string[]) => void])[] = [
    [
      'altered in a single bit',
      (paths) => {
        for (const path of paths) {
          const bytes = readFileSync(path);
          const middle = Math.floor(bytes.length / 2);
          bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
          writeFileSync(path, bytes);
        }
      },
    ],
    [
      'cut off in the middle',
      (paths) => {
        for (const path of paths) truncateSync(path, Math.floor(readFileSync(path).length / 2));
      },
    ],
    ['empty', (paths) => paths.forEach((path) => truncateSync(path))],
    [
      'of another file',
      (paths) => {
        const contents = paths.map((path) => readFileSync(path));
        paths.forEach((path, index) => writeFileSync(path, contents.at(index - 1) ?? ''));
      },
    ],
    ['missing', (paths) => paths.forEach((path) => rmSync(path))],
  ];
  it.each(harms)('which is %s is not used, and the engine trades all the same', async (_, harm) => {
    harm(built.compiled);
    const notes = await trade();
    expect(OF_THREADS.map((name) => notes.get(name))).toEqual(OF_THREADS.map(() => 'none'));
    expect(new Set(notes.values())).toEqual(new Set(['none']));
  });

  it('is not used under other flags of V8, and the engine trades all the same', async () => {
    const notes = await trade({ NODE_OPTIONS: '--stack-trace-limit=12' });
    expect(new Set(notes.values())).toEqual(new Set(['none']));
  });

  it('is not used for a source that has changed since, though it is as long as before', async () => {
    const source = join(built.bundle, 'code/command-line.js');
    const text = readFileSync(source, 'latin1');
    expect(text).toContain('run the engine in the foreground');
    const before = await mtrade(['--help']).ended;
    writeFileSync(
      source,
      text.replace('run the engine in the foreground', 'let the engine do what it does  '),
    );
    const after = await mtrade(['--help']).ended;
    expect(before).toContain('run the engine in the foreground');
    expect(after).toContain('let the engine do what it does');
    expect(readFileSync(join(built.directory, 'notes'), 'utf8')).toMatch(
      /taken command-line[^]*none command-line/,
    );
  });

  it('tells of errors with the names and lines of the bundle', async () => {
    const thrown = 'throw new Error("the key is gone");';
    const source = join(built.bundle, 'code/command-line.js');
    const lines = readFileSync(source, 'latin1').split('\n');
    const at = lines.findIndex((line) => line.includes('async function main()'));
    expect(at).toBeGreaterThan(0);
    lines[at] += ` ${thrown}`;
    writeFileSync(source, lines.join('\n'));
    const said = await mtrade(['status']).ended;
    expect(said).toMatch(
      new RegExp(`at main \\(bundle/[0-9a-f]{12}/code/command-line\\.js:${at + 1}:\\d+\\)`),
    );
  });
});
