import { execFileSync } from 'node:child_process';
import { readFileSync, statfsSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';

/** What one process looks like from outside. */
export interface ProcessInfo {
  /**
   * When it started, in the system's own words: equal for the same process, different for a later one with the same
   * pid. Null when the system does not tell.
   */
  readonly start: string | null;
}

/** Everything the lock asks of the operating system, so that a test can stand in for one that is not at hand. */
export interface LockPlatform {
  readonly pid: number;
  readonly uid: number;
  /** Home directory from the user database: the same in every session of the user, whatever its environment says. */
  readonly homeDir: string;
  /** New at every boot. Processes under the same boot id share one kernel, containers included. */
  readonly bootId: () => string;
  readonly machineId: () => string;
  /** Null when no such process lives; a zombie holds nothing and counts as dead. */
  readonly processInfo: (pid: number) => ProcessInfo | null;
  /** Suspended by SIGSTOP or from a terminal: it lives and does nothing until SIGCONT. */
  readonly isSuspended: (pid: number) => boolean;
  readonly signal: (pid: number, signal: 'SIGTERM' | 'SIGKILL') => void;
  /** Type number of the file system as statfs gives it. */
  readonly fileSystemType: (path: string) => number;
  /** Sockets with a name that lies on no disk and ends with its process. */
  readonly hasAbstractSockets: boolean;
}

const shared = {
  pid: process.pid,
  uid: process.getuid?.() ?? 0,
  homeDir: homeDir(),
  signal: (pid: number, signal: 'SIGTERM' | 'SIGKILL'): void => void process.kill(pid, signal),
  fileSystemType: (path: string): number => statfsSync(path).type,
};

const linux: LockPlatform = {
  ...shared,
  bootId: () => firstLine('/proc/sys/kernel/random/boot_id'),
  machineId: () => firstLine('/etc/machine-id') || hostname(),
  hasAbstractSockets: true,
  processInfo: (pid) => {
    const stat = firstLine(`/proc/${pid}/stat`);
    return stat === '' ? unseen(pid) : processInfoFromStat(stat);
  },
  isSuspended: (pid) => stateFromStat(firstLine(`/proc/${pid}/stat`)) === 'T',
};

/** macOS and the BSDs; the tests run it on Linux, whose `ps` gives the same two columns. */
export const psPlatform: LockPlatform = {
  ...shared,
  bootId: () => run('sysctl', ['-n', 'kern.boottime']),
  machineId: () => hostname(),
  hasAbstractSockets: false,
  processInfo: (pid) => {
    const [state = '', ...start] = run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]).split(/\s+/);
    if (state === '') return unseen(pid);
    return state.startsWith('Z') ? null : { start: start.join(' ') };
  },
  isSuspended: (pid) => run('ps', ['-o', 'stat=', '-p', String(pid)]).startsWith('T'),
};

export const systemPlatform: LockPlatform = process.platform === 'linux' ? linux : psPlatform;

const stateFromStat = (stat: string): string =>
  stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);

/** Fields 3 (state) and 22 (start in clock ticks since boot) of /proc/<pid>/stat; the name before them may hold anything. */
export function processInfoFromStat(stat: string): ProcessInfo | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  if (state === 'Z' || state === 'X') return null;
  const start = fields[19];
  return { start: start !== undefined && /^\d+$/.test(start) ? start : null };
}

/** Some systems hide other users' processes; a signal that is not allowed still proves that there is one. */
function unseen(pid: number): ProcessInfo | null {
  try {
    process.kill(pid, 0);
    return { start: null };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? { start: null } : null;
  }
}

function firstLine(path: string): string {
  try {
    return readFileSync(path, 'utf8').split('\n', 1)[0] ?? '';
  } catch {
    return '';
  }
}

function run(program: string, args: readonly string[]): string {
  try {
    const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' };
    return execFileSync(program, args, {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 2_000,
    }).trim();
  } catch {
    return '';
  }
}

function homeDir(): string {
  try {
    return userInfo().homedir;
  } catch {
    return '';
  }
}
