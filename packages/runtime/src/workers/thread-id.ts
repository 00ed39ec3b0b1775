import { readlinkSync } from 'node:fs';

/** The number under which the kernel knows the thread that asks; null where it does not tell (not Linux). */
export function threadId(): number | null {
  try {
    // `1234/task/1240`
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1)) || null;
  } catch {
    return null;
  }
}
