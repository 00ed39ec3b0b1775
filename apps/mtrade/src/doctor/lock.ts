import { systemClock } from '@mtrade/base';
import { checkLock, describeOwner } from '@mtrade/runtime';
import { type Finding, ok, problem, warning } from './finding.js';

const CHECK = 'lock';

/** Could an engine start in this data directory now? */
export async function lock(dataDir: string): Promise<Finding[]> {
  const { status, holder, validated } = await checkLock(dataDir, { clock: systemClock });
  const who = holder === null ? 'unknown' : describeOwner(holder);
  if (status === 'free') return [ok(CHECK, 'free')];
  if (status === 'leftover')
    return [ok(CHECK, `left over by a dead owner (${who}); the next start takes it over`)];
  if (status === 'foreign')
    return [
      problem(
        CHECK,
        `held by another machine (${who})`,
        'stop the engine there; a data directory belongs to one machine',
      ),
    ];
  return validated
    ? [ok(CHECK, `an engine runs (${who})`)]
    : [
        warning(
          CHECK,
          'held, but the holder cannot be proven',
          'look again in a second, or run doctor as the user of the engine',
        ),
      ];
}
