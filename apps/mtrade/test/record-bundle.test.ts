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

  it('is made once for this Node.js', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const kept = join(place, 'cache', `${process.version}-${process.platform}-${process.arch}-1234`);
    mkdirSync(kept, { recursive: true });
    writeFileSync(
      join(place, 'main.js'),
      `require('node:fs').writeFileSync(${JSON.stringify(join(place, 'ran'))}, '');`,
    );
    await recordBundle(place);
    expect(existsSync(join(place, 'ran'))).toBe(false);
    expect(warn).not.toHaveBeenCalled();
  });
});
