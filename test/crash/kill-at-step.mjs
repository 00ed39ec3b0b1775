// Preloaded (`--import`) into a process that is to die at one exact step: counts its calls that change files, and kills
// the process right before the one that KILL_AT names, or in the middle of it when that is a write.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const killAt = Number(process.env.KILL_AT);
const STDERR = 2;
let steps = 0;

for (const name of ['openSync', 'writeSync', 'fsyncSync', 'fsync', 'closeSync', 'renameSync', 'rmSync']) {
  const real = fs[name];
  fs[name] = (...args) => {
    // What goes to stdout is the acknowledgement, not a file; what is only read changes nothing.
    if (name === 'writeSync' && args[0] <= STDERR) return real(...args);
    if (name === 'openSync' && args[1] === 'r') return real(...args);
    steps += 1;
    if (steps < killAt) return real(...args);
    if (name === 'writeSync') real(args[0], args[1], 0, Math.ceil(args[1].length / 2));
    process.kill(process.pid, 'SIGKILL');
    // The signal arrives before the next line of any thread of this process runs.
    return real(...args);
  };
}
syncBuiltinESMExports();
