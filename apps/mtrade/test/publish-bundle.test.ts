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
  publishBundle: (
    bundles: string,
    fresh: string,
    name: string,
    prepare?: (place: string) => Promise<void>,
  ) => Promise<void>;
};

describe('a build beside a running engine', () => {
  let bundles = '';
  beforeEach(() => {
    bundles = mkdtempSync(join(tmpdir(), 'mtrade-bundles-'));
  });
  afterEach(() => rmSync(bundles, { recursive: true, force: true }));

  let age = 10_000;
  async function build(name: string): Promise<void> {
    const fresh = join(bundles, '.new');
    mkdirSync(fresh);
    writeFileSync(join(fresh, 'thread.js'), name);
    await publishBundle(bundles, fresh, name);
    age -= 1;
    const builtS = Date.now() / 1_000 - age;
    utimesSync(join(bundles, name), builtS, builtS);
  }
  const current = (): string => readFileSync(join(bundles, 'current'), 'utf8').trim();
  const fileOf = (name: string): string => readFileSync(join(bundles, name, 'thread.js'), 'utf8');

  it('leaves the files that the engine has not yet opened, and is what the next start takes', async () => {
    await build('running');
    await build('newer');
    expect(fileOf('running')).toBe('running');
    expect(current()).toBe('newer');
    expect(fileOf(current())).toBe('newer');
  });

  it('is not taken by a start before everything is prepared', async () => {
    await build('running');
    mkdirSync(join(bundles, '.new'));
    const seen: string[] = [];
    await publishBundle(bundles, join(bundles, '.new'), 'next', async (place) => {
      seen.push(place, current());
    });
    expect([...seen, current()]).toEqual([join(bundles, 'next'), 'running', 'next']);
  });

  it('of the same content changes nothing, and leaves nothing half-made', async () => {
    await build('same');
    await build('same');
    expect(readdirSync(bundles).toSorted()).toEqual(['current', 'same']);
    expect(fileOf('same')).toBe('same');
  });

  it('keeps the last four', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await build(name);
    expect(readdirSync(bundles).toSorted()).toEqual(['c', 'current', 'd', 'e', 'f']);
    await build('c');
    await build('g');
    expect(readdirSync(bundles).toSorted()).toEqual(['c', 'current', 'e', 'f', 'g']);
  });
});
