import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Processes } from './processes.js';

export interface Notice {
  /** Ms of the monotonic clock. */
  readonly at: number;
  readonly state: Readonly<Record<string, string>>;
}

export interface NotifySocket {
  readonly path: string;
  /** Everything that has come, in its order. */
  readonly notices: readonly Notice[];
}

/** Null: the tests with a real socket can run; else what is missing. */
export function missingForNotify(): string | null {
  for (const tool of ['systemd-notify', 'python3'])
    try {
      execFileSync(tool, ['--version'], { stdio: 'ignore' });
    } catch {
      return tool;
    }
  return null;
}

/** A datagram socket such as systemd gives to a service, read by a process of its own: Node has no such sockets. */
export async function openNotifySocket(directory: string, processes: Processes): Promise<NotifySocket> {
  const path = join(directory, 'notify.sock');
  const script = fileURLToPath(new URL('notify-receiver.py', import.meta.url));
  const child = spawn('python3', [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  void processes.track(child);
  const notices: Notice[] = [];
  const lines = createInterface(child.stdout);
  await once(lines, 'line');
  lines.on('line', (line) => notices.push(JSON.parse(line) as Notice));
  return { path, notices };
}
