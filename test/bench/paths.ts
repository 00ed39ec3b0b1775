import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the project: the nearest folder upwards that holds the command line's package. */
function projectRoot(): string {
  for (let up = '..'; up.length < 20; up += '/..') {
    const root = fileURLToPath(new URL(`${up}/`, import.meta.url));
    if (existsSync(`${root}apps/mtrade/package.json`)) return root;
  }
  throw new Error('the root of the project is not above this file');
}

const root = projectRoot();

export const COMMAND_LINE = `${root}apps/mtrade/dist/main.js`;
export const BASELINE = `${root}test/bench/baseline.json`;
export const PAGE = `${root}docs/performance.md`;
export const MANAGER_SCRIPT = `${root}test/bench/memory/manager.py`;
