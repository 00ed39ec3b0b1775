import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

const sourceFiles = (directory: string): string[] =>
  readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) return sourceFiles(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });

/** What depends on the host's time zone: getters and setters of local time, dates made of local parts. A named zone is another matter. */
const LOCAL_TIME =
  /\.(?:get|set)(?:Hours|Minutes|Seconds|Date|Day|Month|FullYear|TimezoneOffset)\(|toLocale(?:Date|Time)?String|toDateString|toTimeString|new Date\(\s*\d+\s*,/;

test('P43: no source reads or writes the local time of its host: moments are milliseconds of UTC', () => {
  const files = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group))
      // The page runs in its reader's browser, and shows the time of its reader.
      .filter((name) => name !== 'dashboard')
      .flatMap((name) => sourceFiles(`${group}/${name}/src`)),
  );

  const found = files.filter((file) => LOCAL_TIME.test(readFileSync(join(root, file), 'utf8')));

  expect(files.length).toBeGreaterThan(200);
  expect(found).toEqual([]);
});
