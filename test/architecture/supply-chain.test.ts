import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readJson = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8')) as unknown;

interface LockedPackage {
  readonly link?: boolean;
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}

const { packages } = readJson('package-lock.json') as { readonly packages: Record<string, LockedPackage> };
const installed = Object.entries(packages).filter(
  ([path, { link }]) => path.includes('node_modules/') && link !== true,
);

describe('dependencies (S19)', () => {
  test('each one is locked to one version and one content, from the registry', () => {
    const loose = installed.filter(
      ([, { version, resolved, integrity }]) =>
        version === undefined ||
        (resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/')) ||
        !integrity?.startsWith('sha512-'),
    );

    expect(installed.length).toBeGreaterThan(100);
    expect(loose.map(([path]) => path)).toEqual([]);
  });

  test('a package with an install script is named with a decision about it', () => {
    const { allowScripts } = readJson('package.json') as { readonly allowScripts: Record<string, boolean> };
    const scripted = installed.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    const names = scripted.map(([path]) => path.split('node_modules/').at(-1) ?? '');

    expect(names.filter((name) => !Object.hasOwn(allowScripts, name))).toEqual([]);
    expect(Object.keys(allowScripts).filter((name) => allowScripts[name])).toEqual(['better-sqlite3']);
  });

  test('what installs for users and for checks takes the lock file as it is', () => {
    expect(readFileSync(join(root, '.ci/run'), 'utf8')).toMatch(/^npm ci /m);
    expect(readFileSync(join(root, 'apps/mtrade/scripts/prepare.mjs'), 'utf8')).toMatch(/\['ci', /);
  });
});
