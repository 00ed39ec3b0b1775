import { forbidChance } from './forbid-chance.js';
import { type RunOptions, simulate } from './simulation.js';

/** One process of `--workers`: plays the seeds that it is sent, one after the other. */
const send = process.send?.bind(process);
const cpuUsage = process.cpuUsage.bind(process);
forbidChance();
process.on('message', (options: RunOptions) => {
  void simulate(options).then((result) => {
    const { user, system } = cpuUsage();
    send?.({ result, cpuSeconds: (user + system) / 1e6 });
  });
});
