import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach } from 'vitest';
import type { StatusJson } from '@mtrade/runtime';
import { environment, MTRADE, type Place } from './cli-process.js';
import { controlCall } from './support/engine.js';

export interface PaperEngine {
  readonly child: ChildProcess;
  readonly output: () => { readonly stdout: string; readonly stderr: string };
  readonly ended: Promise<number | null>;
}

/** Asked over the socket: a command line for every look would cost more than the engine. */
export async function statusOf(place: Place): Promise<StatusJson> {
  const { status: code, body } = await controlCall(place.dataDir, 'GET', '/api/autotrade/status');
  if (code !== 200) throw new Error(`status answered ${code}`);
  return body as StatusJson;
}

/** Starts `mtrade start` in paper mode and waits until it answers; what a test leaves running is killed after it. */
export function usePaperEngines(place: Place): {
  readonly start: (
    args?: readonly string[],
    env?: Readonly<Record<string, string | undefined>>,
  ) => Promise<PaperEngine>;
  /** Another process that must not outlive the test. */
  readonly track: (child: ChildProcess) => void;
} {
  const running = new Set<ChildProcess>();
  afterEach(async () => {
    for (const child of running) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    running.clear();
  });
  return {
    track: (child) => running.add(child),
    start: async (args = [], env = {}) => {
      const child = spawn(process.execPath, [MTRADE, 'start', ...args], {
        cwd: place.directory,
        env: environment(place, env),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      running.add(child);
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      while ((await statusOf(place).catch(() => null)) === null) {
        if (child.exitCode !== null) throw new Error(`the engine did not start: ${stderr}`);
        await sleep(50);
      }
      return { child, output: () => ({ stdout, stderr }), ended };
    },
  };
}
