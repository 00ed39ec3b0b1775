import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const script = new URL('../scripts/record-bundle.mjs', import.meta.url).href;
const { recordBundle } = (await import(script)) as { recordBundle: (place: string) => Promise<void> };

describe('the recording of compiled code', () => {
  let place = '';
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'mtrade-bundle-'));
    writeFileSync(join(place, 'load.js'), 'exports.cacheName = () => "name"; exports.packCode = () => "";');
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(place, { recursive: true, force: true });
  });

  it('that fails says so in one line, leaves nothing half-made, and the build goes on', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    writeFileSync(join(place, 'main.js'), 'console.error("no such engine"); process.exitCode = 3;');
    await recordBundle(place);
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^bundle: .*no such engine$/)]]);
    expect(readdirSync(join(place, 'cache'))).toEqual([]);
  });

  it.each([
    ['is made once for one Node.js on one processor', 'name', false],
    ['is made anew for another one', 'name-of-another', true],
  ])('%s', async (_, kept, isMade) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    mkdirSync(join(place, 'cache', kept), { recursive: true });
    writeFileSync(
      join(place, 'main.js'),
      `require('node:fs').writeFileSync(${JSON.stringify(join(place, 'ran'))}, '');`,
    );
    await recordBundle(place);
    expect(existsSync(join(place, 'ran'))).toBe(isMade);
    expect(warn).toHaveBeenCalledTimes(isMade ? 1 : 0);
  });
});
