import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '@mtrade/base';
import { race, type RaceTask } from '../diagnose/racer.js';

// One racer of `mtrade reproduce`: as a thread it has its task in workerData, as a process it is sent one.
if (parentPort !== null) {
  parentPort.postMessage(race(workerData as RaceTask));
} else {
  assert(process.send !== undefined, 'a racer is started by mtrade reproduce');
  process.once('message', (task) => {
    const tally = race(task as RaceTask);
    process.send?.(tally, () => process.disconnect());
  });
}
