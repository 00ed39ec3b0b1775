import { createLogger, keepLogSmall, logFiles, type LogOptions, LOOK_EVERY_MS, rotateLog } from '@mtrade/log';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mtrade-rotation-'));
  path = join(directory, 'log');
});
afterEach(() => rmSync(directory, { recursive: true }));

const options = (): LogOptions => ({ level: 'info', role: 'cli', version: '1', target: path });
const messages = (file: string): unknown[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { msg: unknown }).msg);

describe('a log file that has grown', () => {
  test('is set aside, the oldest goes, a small one stays', () => {
    const limits = { maxBytes: 3, keep: 2 };
    const contents = (): string[] =>
      logFiles(path, 3).map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : '-'));
    writeFileSync(path, 'a');
    expect(rotateLog(path, limits)).toBe(false);
    for (const text of ['aaa', 'bbb', 'ccc', 'ddd']) {
      writeFileSync(path, text);
      expect(rotateLog(path, limits)).toBe(true);
    }

    expect(contents()).toEqual(['-', 'ddd', 'ccc', '-']);
  });

  test('a gap in the row is closed and nothing is lost by it', () => {
    writeFileSync(path, 'new');
    writeFileSync(`${path}.2`, 'old');

    rotateLog(path, { maxBytes: 1, keep: 3 });

    expect(readFileSync(`${path}.1`, 'utf8')).toBe('new');
    expect(readFileSync(`${path}.3`, 'utf8')).toBe('old');
  });

  test('a link, a directory or a device in its place is left alone', () => {
    const elsewhere = join(directory, 'elsewhere');
    writeFileSync(elsewhere, 'many bytes');
    symlinkSync(elsewhere, path);

    expect(rotateLog(path, { maxBytes: 1, keep: 1 })).toBe(false);
    expect(rotateLog('/dev/null', { maxBytes: 0, keep: 1 })).toBe(false);
    expect(readdirSync(directory).sort()).toEqual(['elsewhere', 'log']);
  });

  test('its writer goes on in the new file, only readable for its user', async () => {
    const log = createLogger(options());
    log.info({}, 'one');
    rotateLog(path, { maxBytes: 1, keep: 1 });
    log.info({}, 'late');
    await sleep(LOOK_EVERY_MS + 10);
    log.info({}, 'two');

    expect(messages(`${path}.1`)).toEqual(['one', 'late']);
    expect(messages(path)).toEqual(['two']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(log.lostLines()).toBe(0);
  });

  test('loses no line and tears none while several threads write and names change under them', async () => {
    const [threads, lines] = [3, 1_500];
    const code = `
      const { workerData } = require('node:worker_threads');
      import('@mtrade/log').then(({ createLogger }) => {
        const log = createLogger(workerData.options);
        const cell = new Int32Array(new SharedArrayBuffer(4));
        for (let i = 0; i < ${lines}; i += 1) {
          log.info({ pad: 'x'.repeat(i % 400) }, workerData.name + i);
          if (i % 3 === 0) Atomics.wait(cell, 0, 0, 2);
        }
      });`;
    const run = (name: string) =>
      new Promise((resolve, reject) => {
        const worker = new Worker(code, { eval: true, workerData: { options: options(), name } });
        worker.on('exit', resolve).on('error', reject);
      });
    let rotations = 0;
    const timer = setInterval(
      () => (rotations += Number(rotateLog(path, { maxBytes: 1_000, keep: 500 }))),
      40,
    );

    const names = Array.from({ length: threads }, (_, index) => `${index}-`);
    await Promise.all(names.map(run));
    clearInterval(timer);

    const written = readdirSync(directory).flatMap((name) => messages(join(directory, name)).map(String));
    const expected = names.flatMap((name) => Array.from({ length: lines }, (_, index) => `${name}${index}`));
    expect(rotations).toBeGreaterThan(4);
    expect(written.toSorted()).toEqual(expected.toSorted());
  });

  test('removed by somebody, it is begun anew', async () => {
    const log = createLogger(options());
    log.info({}, 'one');
    rmSync(path);
    await sleep(LOOK_EVERY_MS + 10);
    log.info({}, 'two');

    expect(messages(path)).toEqual(['two']);
  });

  test('P24: when it cannot be set aside, it goes on growing and says so once', async () => {
    writeFileSync(path, 'x'.repeat(100) + '\n');
    // No file takes the place of a directory.
    mkdirSync(join(`${path}.1`, 'full'), { recursive: true });
    const warnings: string[] = [];
    const log = createLogger(options());
    const end = keepLogSmall(
      path,
      { maxBytes: 10, keep: 1 },
      { ...log, warn: (_, text) => warnings.push(text) },
    );
    await sleep(1_200);
    end();
    log.info({}, 'still written');

    expect(warnings).toHaveLength(1);
    expect(readFileSync(path, 'utf8')).toContain('still written');
  });
});

test.runIf(process.platform === 'linux')(
  'scenario 53, P24: half a line, where the disk was full, does not spoil the next one',
  () => {
    const script = join(directory, 'write.mjs');
    const { href } = new URL('../dist/index.js', import.meta.url);
    // The limit for files stands for the full disk: the last write before it is cut short, the next one fails.
    writeFileSync(
      script,
      `import { createLogger } from ${JSON.stringify(href)};
       import { readFileSync, truncateSync } from 'node:fs';
       process.on('SIGXFSZ', () => undefined);
       const path = process.argv[2];
       const log = createLogger({ level: 'info', role: 'cli', version: '1', target: path });
       while (log.lostLines() === 0) log.info({ pad: 'x'.repeat(700) }, 'filler');
       const text = readFileSync(path, 'utf8');
       if (text.endsWith('\\n')) throw new Error('the last line is to be cut');
       // Room again, the half line still there: another file was removed, so to say.
       truncateSync(path, text.lastIndexOf('\\n') + 10);
       log.info({}, 'whole again');`,
    );

    const { status, stderr } = spawnSync(
      'sh',
      ['-c', 'ulimit -f 16; exec "$0" "$@"', process.execPath, script, path],
      {
        encoding: 'utf8',
      },
    );

    expect(stderr).toBe('');
    expect(status).toBe(0);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ msg: 'whole again' });
  },
);
