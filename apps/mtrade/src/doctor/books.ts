import { errorText } from '@mtrade/base';
import type { MtradeConfig } from '@mtrade/config';
import { join } from 'node:path';
import { counted, duration } from '../render/columns.js';
import { type Finding, ok, problem } from './finding.js';

/** Does the database module load on this Node, and can the books be read? */
export async function database({ dataDir, mode }: MtradeConfig): Promise<Finding[]> {
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
      if (identity.mode !== mode)
        return [
          problem(
            'database',
            `${path} holds the books of ${identity.mode} mode, the configuration says ${mode}`,
            'use another data_dir for each mode',
          ),
        ];
      return [
        ok(
          'database',
          `${path}: ${counted(reader.pairs().length, 'pair')}, last change ${duration(ageMs)} ago`,
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
