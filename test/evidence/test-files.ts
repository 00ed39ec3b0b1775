import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evidenceIn, type NamedEvidence } from './titles.js';

const SKIPPED: ReadonlySet<string> = new Set(['node_modules', 'dist', '.turbo', '.git']);

/** Every test file below the root, relative to it, in order of name. */
export function testFiles(root: string, below = ''): string[] {
  return readdirSync(join(root, below), { withFileTypes: true })
    .flatMap((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : testFiles(root, path);
      return entry.name.endsWith('.test.ts') ? [path] : [];
    })
    .sort();
}

/** What the titles of all tests name, in order of file and place. */
export const readEvidence = (root: string): NamedEvidence[] =>
  testFiles(root).flatMap((file) => evidenceIn(file, readFileSync(join(root, file), 'utf8')));
