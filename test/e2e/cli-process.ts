import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach } from 'vitest';

export const MTRADE = fileURLToPath(new URL('../../apps/mtrade/dist/main.js', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Place {
  /** Working directory of every command, empty at first. */
  readonly directory: string;
  readonly dataDir: string;
}

/** A fresh directory for each test, removed after it. */
export function usePlace(): Place {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'mtrade-cli-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  return {
    get directory() {
      return directory;
    },
    get dataDir() {
      return join(directory, 'data');
    },
  };
}

/** Nothing of this machine's own configuration may leak into a test. */
export const environment = (
  place: Place,
  more: Readonly<Record<string, string | undefined>> = {},
): Record<string, string | undefined> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: place.directory,
  MTRADE__DATA_DIR: place.dataDir,
  MTRADE__CONTROL__LISTEN: '127.0.0.1:0',
  ...more,
});

/** Runs the built command line to its end. */
export function mtrade(
  place: Place,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MTRADE, ...args], {
      cwd: place.directory,
      env: environment(place, env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
