import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rotateLog } from '@mtrade/log';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { splitLines } from '../src/analyze-logs/split-lines.js';
import { jsonLine, passes, prettyLine, readLine } from '../src/logs/log-line.js';
import { followFile } from '../src/logs/file-follow.js';
import { endOf, lastLines } from '../src/logs/file-tail.js';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mtrade-logs-'));
  path = join(directory, 'log');
});
afterEach(() => rmSync(directory, { recursive: true }));

const KEEP = 9;
const rotate = (): boolean => rotateLog(path, { maxBytes: 1, keep: KEEP });
const write = (...lines: string[]): void => appendFileSync(path, lines.map((line) => `${line}\n`).join(''));

async function last(count: number, wanted: (line: string) => boolean = () => true): Promise<string[]> {
  const end = await endOf(path);
  const lines = await lastLines({ path, keep: KEEP, end }, count, wanted);
  await end.handle?.close();
  return lines;
}

describe('the last lines', () => {
  test('reach back over files that were set aside, and leave out half a line', async () => {
    write('a', 'b');
    rotate();
    write('c');
    rotate();
    write('d');
    appendFileSync(path, 'half');

    expect(await last(3)).toEqual(['b', 'c', 'd']);
    expect(await last(100)).toEqual(['a', 'b', 'c', 'd']);
    expect(await last(2, (line) => line < 'c')).toEqual(['a', 'b']);
    expect(await last(0)).toEqual([]);
  });

  test('of a file without a line end, of an empty one and of none are none', async () => {
    expect(await last(5)).toEqual([]);
    writeFileSync(path, '');
    expect(await last(5)).toEqual([]);
    writeFileSync(path, 'x'.repeat(200_000));
    expect(await last(5)).toEqual([]);
  });
});

describe('following', () => {
  /** What came until `count` lines were there, and nothing more within a look. */
  async function following(count: number, meanwhile: () => Promise<void>): Promise<string[]> {
    const stop = new AbortController();
    const seen: string[] = [];
    const from = await endOf(path);
    const reading = (async () => {
      for await (const lines of splitLines(followFile({ path, keep: KEEP, from, signal: stop.signal })))
        seen.push(...lines.map(String));
    })();
    await meanwhile();
    const deadline = performance.now() + 20_000;
    while (seen.length < count && performance.now() < deadline) await sleep(50);
    await sleep(300);
    stop.abort();
    await reading;
    return seen;
  }

  test('begins behind what is there, also in the middle of a line', async () => {
    write('old');
    appendFileSync(path, 'ha');

    expect(
      await following(2, async () => {
        appendFileSync(path, 'lf\n');
        write('new');
      }),
    ).toEqual(['half', 'new']);
  });

  test('goes through rotations, several between two looks, and lines that come late for a file set aside', async () => {
    write('0');

    const seen = await following(7, async () => {
      write('1');
      rotate();
      write('2');
      rotate();
      write('3');
      rotate();
      // Written by a thread that has not looked yet; it comes before what the new file holds.
      appendFileSync(`${path}.3`, 'late\n');
      write('4');
      await sleep(1_500);
      rotate();
      write('5', '6');
    });

    expect(seen).toEqual(['1', 'late', '2', '3', '4', '5', '6']);
  });

  test('waits for a file that is not there yet, and begins anew when it is emptied', async () => {
    const seen = await following(2, async () => {
      await sleep(300);
      write('first');
      await sleep(600);
      truncateSync(path);
      await sleep(300);
      write('2');
    });

    expect(seen).toEqual(['first', '2']);
  });
});

describe('a line', () => {
  const line = readLine(
    JSON.stringify({
      level: 'warn',
      time: '2026-11-21T12:03:55.123Z',
      role: 'cycler',
      version: '1',
      symbol: 'ETH/USDT',
      code: 'X',
      error: { type: 'E', message: 'no answer' },
      msg: 'order refused',
    }),
  );

  test('is laid out for a person', () => {
    expect(prettyLine(line, false)).toBe(
      '2026-11-21 12:03:55.123  WARN   cycler      ETH/USDT  order refused  code=X error="no answer"',
    );
  });

  test('is chosen by its level and its pair; foreign text only where everything is wanted', () => {
    const foreign = readLine('Started mtrade trading engine.');

    expect(passes(line, { level: 'warn', symbol: 'ETH/USDT' })).toBe(true);
    expect(passes(line, { level: 'error', symbol: null })).toBe(false);
    expect(passes(line, { level: null, symbol: 'BTC/USDT' })).toBe(false);
    expect(passes(foreign, { level: null, symbol: null })).toBe(true);
    expect(passes(foreign, { level: 'debug', symbol: null })).toBe(false);
  });

  test('S15: brings no escape codes to the terminal, wherever in it they stand', () => {
    const hostile = '\u001b[2Jx\u009b31m\u202e';
    const lines = [
      hostile,
      JSON.stringify({
        level: hostile,
        time: hostile,
        role: hostile,
        symbol: hostile,
        msg: hostile,
        [hostile]: hostile,
      }),
      `{"level":"info","msg":"${hostile}"}`,
    ];

    for (const text of lines)
      for (const shown of [prettyLine(readLine(text), false), jsonLine(readLine(text))])
        // oxlint-disable-next-line no-control-regex
        expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  });

  test('as JSON stays one object, also what was none', () => {
    expect(JSON.parse(jsonLine(line))).toMatchObject({ code: 'X' });
    expect(JSON.parse(jsonLine(readLine('plain "text"')))).toEqual({ msg: 'plain "text"' });
    expect(JSON.parse(jsonLine(readLine('{"half":')))).toEqual({ msg: '{"half":' });
  });
});
