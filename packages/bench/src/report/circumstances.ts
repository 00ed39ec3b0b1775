import type { Machine, Taken } from './figures.js';

/** In one line: what has been measured on. */
export const machineText = ({ cpu, cores, memoryGb, system, node }: Machine): string =>
  `${cpu}, ${cores} cores, ${memoryGb} GB; ${system}; Node.js ${node}`;

/** A machine that has more to do than this part of its cores is no quiet one. */
const QUIET_LOAD_PER_CORE = 0.25;

const PRIORITY =
  'At real-time priority (chrt) the figures hide what an engine at ordinary priority goes through: other programs and the scheduler make it wait. Measure without it.';

/** What a reader must know before he believes a figure of this run, a sentence or two each. */
export function warningsOf(
  { cores }: Machine,
  { load, realTime, quick }: Omit<Taken, 'command' | 'at'>,
): string[] {
  const isBusy = load > cores * QUIET_LOAD_PER_CORE;
  return [
    ...(isBusy
      ? [
          `Other programs keep this machine busy (load average ${load} on ${cores} cores): everything takes longer than it would alone. Measure when the machine does nothing else.`,
        ]
      : []),
    ...(realTime ? [PRIORITY] : []),
    ...(quick
      ? ['A quick run has few rounds: a look, not a measurement. Its p99 is the worst of a few values.']
      : []),
  ];
}

/** How the columns of the tables are read. */
export const LEGEND =
  'median: half of the values are smaller; p99: 99 of 100 are; spread: in how much of the median the middle half lies. 1,000 us are 1 ms.';
