import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { describe, expect, test } from 'vitest';
import { eventually } from './support/engine.js';
import { useEngine } from './support/fixture.js';

const isVirtual =
  process.platform === 'linux' && /\bhypervisor\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
const canPlace = isVirtual && cpus().length > 1 && spawnSync('taskset', ['-V']).status === 0;

const processorsOf = (status: string): string =>
  /^Cpus_allowed_list:\s*(\S+)$/m.exec(readStatus(status))?.[1] ?? '';

/** Empty for a thread that has just ended. */
function readStatus(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** By thread, the processors of those that may not run wherever the process may. */
function placed(pid: number): readonly string[] {
  const everywhere = processorsOf(`/proc/${pid}/status`);
  return readdirSync(`/proc/${pid}/task`)
    .map((thread) => processorsOf(`/proc/${pid}/task/${thread}/status`))
    .filter((processors) => processors !== '' && processors !== everywhere);
}

describe.skipIf(!canPlace)(
  `an order's two threads${canPlace ? '' : ' (needs a virtual machine with taskset)'}`,
  () => {
    const at = useEngine({ pairs: ['BTC/USDT'] });

    test('never share a processor, and no other thread is held anywhere', async () => {
      const { pid } = at.engine;
      await eventually('both have their processors', () => placed(pid).length === 2);
      const [one = [], other = []] = placed(pid).map((list) => list.split(','));
      expect(one.filter((processor) => other.includes(processor))).toEqual([]);
      expect(placed(pid)).toHaveLength(2);
    });
  },
);
