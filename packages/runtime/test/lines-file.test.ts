import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { continueLinesFile, createLinesFile } from '../src/recording/lines-file.js';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mtrade-lines-'));
});
afterAll(() => rmSync(dir, { recursive: true }));
const file = (name: string): string => join(dir, name);
const isOurs = (line: string): boolean => line === 'ours';

describe('a file of lines', () => {
  test('a file that is there is never overwritten', () => {
    writeFileSync(file('there'), 'precious');

    expect(() => createLinesFile(file('there'))).toThrow(/there already/);
    expect(() => continueLinesFile(file('there'), isOurs)).toThrow(/no recording/);
    expect(readFileSync(file('there'), 'utf8')).toBe('precious');
  });

  test('is continued behind its last line; a torn one is ended first', () => {
    writeFileSync(file('torn'), 'ours\nto');

    const lines = continueLinesFile(file('torn'), isOurs);
    lines.add('new');
    lines.close();

    expect(readFileSync(file('torn'), 'utf8')).toBe('ours\nto\nnew\n');
  });

  test('a whole file is continued without an empty line, a missing one is made', () => {
    const first = continueLinesFile(file('grows'), isOurs);
    first.add('ours');
    first.close();
    const second = continueLinesFile(file('grows'), isOurs);
    second.add('more');
    second.close();

    expect(readFileSync(file('grows'), 'utf8')).toBe('ours\nmore\n');
    expect(second.bytes()).toBe(5);
  });

  test('with .gz in its name every batch is whole in itself', () => {
    const lines = createLinesFile(file('a.jsonl.gz'));
    lines.add('one');
    lines.flush();
    lines.add('two');
    lines.close();

    expect(gunzipSync(readFileSync(file('a.jsonl.gz'))).toString()).toBe('one\ntwo\n');
    expect(() => continueLinesFile(file('a.jsonl.gz'), isOurs)).toThrow(/compressed/);
  });

  test('a folder that is not there is told with exit 77, and nothing is made', () => {
    expect(() => createLinesFile(file('no/such/folder'))).toThrow(
      expect.objectContaining({ code: 'MTRADE_PERMISSION' }) as Error,
    );
    expect(existsSync(file('no'))).toBe(false);
  });
});
