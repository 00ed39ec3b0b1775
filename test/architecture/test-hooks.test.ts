import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What tests share: everything beside them that is no test itself. */
const helpers = ['test', ...['packages', 'apps'].flatMap((kind) => testsBelow(kind))].flatMap((directory) =>
  readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .map((name) => `${directory}/${name}`)
    .filter(
      (path) => /\.m?ts$/.test(path) && !/\.(test|d)\.ts$/.test(path) && !/node_modules|\/dist\//.test(path),
    ),
);

function testsBelow(kind: string): string[] {
  return readdirSync(join(root, kind))
    .filter((name) => readdirSync(join(root, kind, name)).includes('test'))
    .map((name) => `${kind}/${name}/test`);
}

test('no module that tests share registers hooks when it is loaded: it is loaded once for many files, and only the first would have them', () => {
  const hook = /^(?:before|after)(?:Each|All)\(|^onTest(?:Finished|Failed)\(|^vi\.setConfig\(/m;

  const found = helpers.filter((path) => hook.test(readFileSync(join(root, path), 'utf8')));

  expect(helpers).toContain('test/engine/world.ts');
  expect(helpers).toContain('packages/store/test/books.ts');
  expect(found).toEqual([]);
});
