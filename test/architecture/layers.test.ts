import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** The layers of docs/ARCHITECTURE.md: a package imports only from strictly lower ones. */
const LAYERS: readonly (readonly string[])[] = [
  ['base'],
  ['money', 'log'],
  ['cycle', 'board', 'config'],
  ['engine'],
  ['feed', 'venue', 'store', 'market-sim'],
  ['runtime', 'bench'],
];

/** Libraries with one owner: nobody else may know that they exist. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  ws: ['feed', 'market-sim'],
  ccxt: ['venue'],
  undici: ['venue'],
  'better-sqlite3': ['store'],
  piscina: ['runtime'],
  'proper-lockfile': ['runtime'],
  pino: ['log'],
  'big.js': ['money'],
};

/** Rules and loops are deterministic: time, chance and the world come in as parameters. */
const PURE = ['base', 'money', 'cycle', 'board', 'engine'];
const IMPURE_MODULES =
  /^(node:)?(fs|fs\/promises|net|http|https|dgram|child_process|worker_threads|crypto|os|timers|timers\/promises)$/;
const IMPURE_CALLS =
  /\b(Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|process\.env|randomBytes|randomUUID)\b/;

const root = fileURLToPath(new URL('../../', import.meta.url));
/** `config` of `@mtrade/config/wire`. */
const packageOf = (target: string): string => target.split('/')[1] ?? '';
const layerOf = (name: string): number => LAYERS.findIndex((layer) => layer.includes(name));

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    (match) => match[1] ?? '',
  );

const packages = LAYERS.flat();

describe('layers', () => {
  test('every package has a layer', () => {
    expect(readdirSync(join(root, 'packages')).toSorted()).toEqual(packages.toSorted());
  });

  test.each(packages)('%s imports only from strictly lower layers', (name) => {
    const wrong = sources(join(root, 'packages', name, 'src')).flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith('@mtrade/'))
        .filter((target) => layerOf(packageOf(target)) >= layerOf(name) || layerOf(packageOf(target)) < 0)
        .map((target) => `${file.slice(root.length)} -> ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test.each(packages)('%s uses no library that belongs to another package', (name) => {
    const wrong = sources(join(root, 'packages', name, 'src')).flatMap((file) =>
      importsOf(file)
        .filter((target) => OWNERS[target] && !OWNERS[target].includes(name))
        .map((target) => `${file.slice(root.length)} -> ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test.each(PURE)('%s has no clock, no chance and no input or output of its own', (name) => {
    const wrong = sources(join(root, 'packages', name, 'src')).flatMap((file) => {
      if (file.endsWith('base/src/clock.ts')) return [];
      const text = readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      const modules = importsOf(file).filter((target) => IMPURE_MODULES.test(target));
      const calls = text.match(IMPURE_CALLS) ?? [];
      return [...modules, ...calls].map((what) => `${file.slice(root.length)}: ${what}`);
    });
    expect(wrong).toEqual([]);
  });

  test('no program imports the fixtures of the tests', () => {
    const programs = ['packages', 'apps'].flatMap((folder) =>
      readdirSync(join(root, folder)).map((name) => join(root, folder, name, 'src')),
    );
    const wrong = programs
      .flatMap(sources)
      .filter((file) => importsOf(file).some((target) => /(^@mtrade\/.*\/|\/)testing(\.js)?$/.test(target)));

    expect(wrong).toEqual([]);
  });
});
