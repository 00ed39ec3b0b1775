import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { MtradeError } from '@mtrade/base';
import type { ControlAddress } from '@mtrade/runtime';
import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { ControlClient } from '../control-client.js';
import { engineHome } from '../load-config.js';
import { type PageScope, pageUrl } from '../page-url.js';

/** A browser that is just starting needs a moment to read the file. */
const READ_MS = 5_000;

/**
 * Opens the address through a file that only this user can read. Given to the browser on its command line, the token
 * would stand in the list of processes, which everybody on the machine may read.
 */
async function open(url: string, dataDir: string): Promise<boolean> {
  const path = join(dataDir, 'open-page.html');
  writeFileSync(
    path,
    `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${url}"><title>mtrade</title>\n`,
    { mode: 0o600 },
  );
  try {
    const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
    const child = spawn(opener, [pathToFileURL(path).href], { stdio: 'ignore', detached: true });
    const failed = await Promise.race([
      new Promise<boolean>((resolve) => child.once('error', () => resolve(true))),
      new Promise<boolean>((resolve) => child.once('exit', (code) => resolve(code !== 0))),
      sleep(READ_MS).then(() => false),
    ]);
    child.unref();
    if (!failed) await sleep(READ_MS);
    return !failed;
  } finally {
    rmSync(path, { force: true });
  }
}

async function runningUrl(dataDir: string): Promise<string> {
  // Asking first proves that what control.json says is still true.
  await new ControlClient(dataDir).get('/v1/session');
  const { url } = JSON.parse(readFileSync(join(dataDir, 'control.json'), 'utf8')) as ControlAddress;
  if (url !== null) return url;
  throw new MtradeError('MTRADE_CONFIG', 'control.listen: the running engine serves no page', {
    key: 'control.listen',
  });
}

const hasDisplay = ({ env }: Cli): boolean =>
  process.platform === 'darwin' || env['DISPLAY'] !== undefined || env['WAYLAND_DISPLAY'] !== undefined;

export function addDashboardCommand(program: Command, cli: Cli): void {
  program
    .command('dashboard')
    .description('open the web page of the running engine, or print its address where there is no browser')
    .option('--print', 'only print the address; it carries the token')
    .option('--read-only', 'with the token that may look and not command')
    .action(async (options: { print?: true; readOnly?: true }, command: Command) => {
      const { dataDir } = await engineHome(cli, command, options.readOnly ? 'read' : 'hold');
      const scope: PageScope = options.readOnly ? 'read' : 'control';
      const url = pageUrl(await runningUrl(dataDir), dataDir, scope);
      if (url === null)
        throw new MtradeError('MTRADE_PERMISSION', `${scope}.token in ${dataDir} cannot be read`, {
          path: join(dataDir, `${scope}.token`),
        });
      if (options.print || !hasDisplay(cli) || !(await open(url, dataDir))) cli.out.line(url);
    });
}
