import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const script = new URL('../scripts/publish-bundle.mjs', import.meta.url).href;
const { publishBundle } = (await import(script)) as {
  publishBundle: (bundles: string, fresh: string, name: string) => void;
};

describe('a build beside a running engine', () => {
  let bundles = '';
  beforeEach(() => {
    bundles = mkdtempSync(join(tmpdir(), 'mtrade-bundles-'));
  });
  afterEach(() => rmSync(bundles, { recursive: true, force: true }));

  let age = 10_000;
  function build(name: string): void {
    const fresh = join(bundles, '.new');
    mkdirSync(fresh);
    writeFileSync(join(fresh, 'thread.js'), name);
    publishBundle(bundles, fresh, name);
    age -= 1;
    const builtS = Date.now() / 1_000 - age;
    utimesSync(join(bundles, name), builtS, builtS);
  }
  const current = (): string => readFileSync(join(bundles, 'current'), 'utf8').trim();
  const fileOf = (name: string): string => readFileSync(join(bundles, name, 'thread.js'), 'utf8');

  it('leaves the files that the engine has not yet opened, and is what the next start takes', () => {
    build('running');
    build('newer');
    expect(fileOf('running')).toBe('running');
    expect(current()).toBe('newer');
    expect(fileOf(current())).toBe('newer');
  });

  it('of the same content changes nothing, and leaves nothing half-made', () => {
    build('same');
    build('same');
    expect(readdirSync(bundles).toSorted()).toEqual(['current', 'same']);
    expect(fileOf('same')).toBe('same');
  });

  it('keeps the last four', () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) build(name);
    expect(readdirSync(bundles).toSorted()).toEqual(['c', 'current', 'd', 'e', 'f']);
    build('c');
    build('g');
    expect(readdirSync(bundles).toSorted()).toEqual(['c', 'current', 'e', 'f', 'g']);
  });
});
