import { errorText, systemClock } from '@mtrade/base';
import type { Mode } from '@mtrade/config';
import type { Reader } from '@mtrade/store';
import { join } from 'node:path';
import { counted, duration } from '../render/columns.js';
import { type Finding, ok, problem, warning } from './finding.js';

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
        ...(await waitingPairs(dataDir, reader)),
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

/** Of an engine that runs the check of the engine tells them. */
async function waitingPairs(dataDir: string, reader: Reader): Promise<Finding[]> {
  const { checkLock } = await import('@mtrade/runtime');
  if ((await checkLock(dataDir, { clock: systemClock })).status === 'running') return [];
  const { isNotCompared } = await import('@mtrade/store');
  const pairs = reader.pairs();
  const restored = pairs.filter(({ attention }) => isNotCompared(attention));
  const held = pairs.filter(({ attention }) => attention !== null && !isNotCompared(attention));
  const wait = (many: readonly unknown[]): string => (many.length === 1 ? 'wants' : 'want');
  return [
    ...(restored.length === 0
      ? []
      : [
          warning(
            'pairs',
            `the books were restored: ${named(restored)} ${restored.length === 1 ? 'has' : 'have'} not been compared with the exchange yet`,
            'start the engine: it compares them before it sends anything, and says which of them want a human',
          ),
        ]),
    ...(held.length === 0
      ? []
      : [
          warning(
            'pairs',
            `${counted(held.length, 'pair')} ${wait(held)} a human: ${named(held)}`,
            'mtrade status says why; docs/troubleshooting.md has it by these words',
          ),
        ]),
  ];
}

const MOST_NAMES = 8;

const named = (pairs: readonly { readonly symbol: string }[]): string => {
  const names = pairs.slice(0, MOST_NAMES).map(({ symbol }) => symbol);
  return `${names.join(', ')}${pairs.length > MOST_NAMES ? ` and ${pairs.length - MOST_NAMES} more` : ''}`;
};
