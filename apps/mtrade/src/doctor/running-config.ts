import type { ResolvedConfig } from '@mtrade/config';
import { AFTER_EDIT, compareWithRunning, differenceText } from '../running-config.js';
import { type Finding, warning } from './finding.js';

const CHECK = 'running config';
const MOST = 8;

/** Was the configuration edited since the engine has read it? Nothing where none runs or nothing differs. */
export async function runningConfig(resolved: ResolvedConfig): Promise<Finding[]> {
  const found = await compareWithRunning(resolved);
  if (found === null || found.differences.length === 0) return [];
  const { file, differences } = found;
  const more = differences.length - MOST;
  const own = resolved.source.file;
  return [
    ...(file === own
      ? []
      : [
          warning(
            CHECK,
            `the engine runs with ${file ?? 'the built-in defaults'}, this is ${own ?? 'the built-in defaults'}`,
            'name its file with --config to compare with that',
          ),
        ]),
    warning(
      CHECK,
      differences.slice(0, MOST).map(differenceText).join('; ') +
        (more > 0 ? `; and ${more} more (mtrade config show)` : ''),
      AFTER_EDIT,
    ),
  ];
}
