import { readFileSync } from 'node:fs';

/** Flag of a Linux process that has left its program for good and is being cleared away by the kernel. */
const PF_EXITING = 0x4;

/**
 * Stands outside of all starters and notes who says "I hold it". A starter speaks after it has the lock and gives it
 * back only after the witness has noted its leaving, so two at once in these notes are two at once in the world.
 */
export class Witness {
  readonly #inside = new Set<number>();
  readonly #doomed = new Set<number>();
  /** What was seen and must never be. */
  readonly overlaps: string[] = [];
  entries = 0;

  /** False when the message is a last word: it came off the wire after its sender had been killed. */
  enter(pid: number): boolean {
    if (this.#doomed.has(pid)) return false;
    this.entries += 1;
    const others = [...this.#inside].filter((other) => !this.#doomed.has(other) || runsProgram(other));
    if (others.length > 0) this.overlaps.push(`${pid} holds the lock while ${others.join(', ')} holds it`);
    this.#inside.add(pid);
    return true;
  }

  leave(pid: number): void {
    this.#inside.delete(pid);
  }

  /** To be called before the signal is sent. The lock is the dead one's until the kernel has taken it out of its program. */
  dooms(pid: number): void {
    this.#doomed.add(pid);
  }

  /** The process is gone and its number may be given to another. */
  buried(pid: number): void {
    this.#inside.delete(pid);
    this.#doomed.delete(pid);
  }
}

/** Can the process still do anything of its own? Where the system does not tell, a killed one counts as dead. */
function runsProgram(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return !['Z', 'X'].includes(fields[0] ?? 'X') && (Number(fields[6]) & PF_EXITING) === 0;
  } catch {
    return false;
  }
}
