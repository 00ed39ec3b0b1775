import { errorText } from '@mtrade/base';
import type { Mode } from '@mtrade/config';
import { join } from 'node:path';
import { counted, duration } from '../render/columns.js';
import { type Finding, ok, problem } from './finding.js';

const MOST_FAULTS = 5;
const DAMAGED =
  'keep the file and do not start; mtrade diagnose tells more, mtrade restore puts back a backup of data_dir/backups';

/**
 * Does the database module load on this Node, can the books be read, and are file, schema and sums whole? `mode` of the
 * configuration; null where that cannot be used.
 */
export async function database(dataDir: string, mode: Mode | null): Promise<Finding[]> {
  let store: typeof import('@mtrade/store');
  try {
    store = await import('@mtrade/store');
  } catch (error) {
    return [
      problem(
        'database module',
        `better-sqlite3 does not load: ${errorText(error)}`,
        'run: npm rebuild better-sqlite3 (on Node 20 it is compiled and needs a C++ compiler, make and python3)',
      ),
    ];
  }
  const path = join(dataDir, 'mtrade.db');
  try {
    const reader = store.openReader({ path });
    if (reader === null) return [ok('database', `${path} will be made at the first start`)];
    try {
      const { identity } = reader;
      const ageMs = Date.now() - reader.age().changedMs;
      if (mode !== null && identity.mode !== mode)
        return [
          problem(
            'database',
            `${path} holds the books of ${identity.mode} mode, the configuration says ${mode}`,
            'use another data_dir for each mode',
          ),
        ];
      const faults = reader.examine();
      if (faults.length > 0)
        return faults
          .slice(0, MOST_FAULTS)
          .map(({ kind, symbol, detail }) =>
            problem('database', `${kind}${symbol === null ? '' : ` ${symbol}`}: ${detail}`, DAMAGED),
          );
      return [
        ok(
          'database',
          `${path}: ${counted(reader.pairs().length, 'pair')}, last change ${duration(ageMs)} ago, sound`,
        ),
      ];
    } finally {
      reader.close();
    }
  } catch (error) {
    return [
      problem(
        'database',
        errorText(error),
        'keep the file; restore a backup, or choose another data_dir to begin anew',
      ),
    ];
  }
}
