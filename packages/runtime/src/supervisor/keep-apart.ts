import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { errorText } from '@mtrade/base';
import type { Logger } from '@mtrade/log';

/** The two that work on an order at the same time: one commits it while the other builds and signs it. */
export type Apart = 'cycler' | 'lane';

/** A start has other things to do first. Orders that come earlier are only slower. */
const AFTER_MS = 1_000;
const LIMIT_MS = 5_000;

/**
 * Gives a thread its half of the processors, so that cycler and order thread never share one.
 *
 * A kernel that runs in a virtual machine takes a processor that has gone to sleep for one that its host has taken away,
 * and wakes a thread on the processor of whoever wakes it, although another one is idle. The order thread then takes the
 * processor from the very commit that it waits for: on two virtual processors an order took a fifth longer. On a machine
 * of its own, where the kernel does find the idle one, everything stays as it is, and so it does wherever something is
 * missing: there, orders are only slower.
 */
export function keepApart(party: Apart, thread: number, log: Logger): void {
  setTimeout(() => {
    const halves = isVirtual(contentOf('/proc/cpuinfo')) ? halvesOf(usable()) : null;
    // It may have ended meanwhile, and its number may belong to somebody else by now.
    if (halves === null || !existsSync(`/proc/self/task/${thread}`)) return;
    place(thread, party === 'lane' ? halves[0] : halves[1], log);
  }, AFTER_MS).unref();
}

/** Lets a thread of this process run on these processors only; `processors` as in `0,2`. */
export function place(thread: number, processors: string, log: Logger, placed = (): void => undefined): void {
  const tell = (error: unknown): void =>
    log.debug({ thread, processors, reason: errorText(error) }, 'a thread was not given its processors');
  // Of our environment no more than it needs.
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
  try {
    execFile('taskset', ['-pc', processors, String(thread)], { env, timeout: LIMIT_MS }, (error) => {
      if (error) tell(error);
      placed();
    });
  } catch (error) {
    // Node.js tells only some failures of a start of a program to the callback; of the others it throws.
    tell(error);
    placed();
  }
}

/** The processors that this process may use and that are switched on: the kernel allows it absent ones, too. */
function usable(): readonly number[] {
  const online = new Set(listed(contentOf('/sys/devices/system/cpu/online')));
  const allowed = allowedIn(contentOf('/proc/self/status'));
  return online.size === 0 ? allowed : allowed.filter((processor) => online.has(processor));
}

/** Every other one to each of the two, as text for `taskset`; null when there are fewer than two. */
export function halvesOf(processors: readonly number[]): readonly [string, string] | null {
  if (processors.length < 2) return null;
  const half = (rest: number): string => processors.filter((_, index) => index % 2 === rest).join(',');
  return [half(0), half(1)];
}

/** The processors that a process may use, from its `/proc/self/status`. */
export const allowedIn = (status: string): readonly number[] =>
  listed(/^Cpus_allowed_list:\s*([\d,-]+)$/m.exec(status)?.[1] ?? '');

/** Numbers as the kernel lists them: `0,2-4`. */
function listed(list: string): readonly number[] {
  return list
    .trim()
    .split(',')
    .flatMap((range) => {
      const [first, last = first] = range.split('-').map(Number);
      if (range === '' || first === undefined || last === undefined) return [];
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

/** Whether the processor says that it is one of a virtual machine; only x86 does. */
export const isVirtual = (cpuinfo: string): boolean => /^flags\s*:.*\bhypervisor\b/m.test(cpuinfo);

/** Empty where there is no such file: this is not Linux. */
function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
