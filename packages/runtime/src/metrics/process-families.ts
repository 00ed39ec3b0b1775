import type { Family } from './exposition.js';
import type { Scrape } from './sources.js';
import type { Vitals } from './vitals.js';

const family = (
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  value: (vitals: Vitals) => number | null,
): Family<Scrape> => ({
  name,
  type,
  help,
  labels: [],
  read: ({ vitals }) => {
    const now = value(vitals);
    return now === null ? [] : [{ value: now }];
  },
});

export const processFamilies: readonly Family<Scrape>[] = [
  family(
    'mtrade_process_resident_memory_bytes',
    'gauge',
    'resident memory of the process, all threads',
    ({ residentBytes }) => residentBytes,
  ),
  family(
    'mtrade_process_cpu_seconds_total',
    'counter',
    'user and system time of the process, all threads',
    ({ cpuSeconds }) => cpuSeconds,
  ),
  family(
    'mtrade_event_loop_lag_seconds',
    'gauge',
    'how late a timer of the main thread comes that is due each second, 99th percentile of the last scrape interval',
    ({ loopLag }) => loopLag && loopLag.p99Seconds,
  ),
  family(
    'mtrade_event_loop_lag_max_seconds',
    'gauge',
    'the same, the longest',
    ({ loopLag }) => loopLag && loopLag.maxSeconds,
  ),
  family(
    'mtrade_data_directory_free_bytes',
    'gauge',
    'space that is left where the books are',
    ({ freeBytes }) => freeBytes,
  ),
  family(
    'mtrade_database_bytes',
    'gauge',
    'size of the books with their write-ahead log',
    ({ databaseBytes }) => databaseBytes,
  ),
];
