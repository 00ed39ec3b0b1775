import type { ChildProcess } from 'node:child_process';

const living = new Set<ChildProcess>();

/** Ends every process that is still running for a benchmark. */
export function endChildren(): void {
  for (const child of living) child.kill('SIGKILL');
}

/** No process that a benchmark has started outlives it, however it ends. */
export function endWithUs<T extends ChildProcess>(child: T): T {
  if (living.size === 0) process.on('exit', endChildren);
  living.add(child);
  child.once('exit', () => {
    living.delete(child);
    if (living.size === 0) process.off('exit', endChildren);
  });
  return child;
}
