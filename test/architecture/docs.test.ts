import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COUNTERS } from '@mtrade/board';
import { WAIT_REASONS } from '@mtrade/cycle';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const documents = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter(
  (path) => path.endsWith('.md'),
);

describe('documents', () => {
  test.each(documents)('%s links only to files that exist', (path) => {
    const targets = [...read(path).matchAll(/\]\(([^)#]+?)(?:#[^)]*)?\)/g)]
      .map((match) => match[1] ?? '')
      .filter((target) => !/^[a-z]+:/.test(target));

    expect(targets.filter((target) => !existsSync(join(root, dirname(path), target)))).toEqual([]);
  });

  test('every reason for which a pair waits is explained to its operator', () => {
    const text = read('docs/operations.md');

    expect(WAIT_REASONS.filter((reason) => !text.includes(`\`${reason}\``))).toEqual([]);
  });

  test('every counter is explained', () => {
    const text = read('docs/counters.md');

    expect(COUNTERS.map(([name]) => name).filter((name) => !text.includes(name))).toEqual([]);
  });
});
