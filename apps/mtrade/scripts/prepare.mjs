// Runs before `npm start` and `npm test`: installs what is missing or out of date, then builds. It uses only what Node
// ships, because at this moment nothing else may be there.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const shell = process.platform === 'win32';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `mtrade needs Node 20.19 or newer; this is ${process.version}. Install a newer Node and run the command again.`,
  );
  process.exit(1);
}

/**
 * Where this Node's own headers lie, or nothing. node-gyp, which compiles the SQLite binding, would fetch them from
 * nodejs.org every time, and a firewall may not let it.
 */
function ownHeaders() {
  const prefix = dirname(dirname(realpathSync(process.execPath)));
  const file = join(prefix, 'include/node/node_version.h');
  if (process.env.npm_config_nodedir !== undefined || !existsSync(file)) return {};
  const text = readFileSync(file, 'utf8');
  const part = (name) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1];
  const version = [part('MAJOR'), part('MINOR'), part('PATCH')].join('.');
  return version === process.versions.node ? { npm_config_nodedir: prefix } : {};
}

/** What takes longer than this is worth a word to whoever waits. */
const PATIENCE_MS = 1_500;

/** Runs a tool without a word of its own; all that it has said is shown when it fails. */
async function run(command, args, what) {
  // No tool that builds this may call home.
  const env = {
    ...process.env,
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    DO_NOT_TRACK: '1',
    ...ownHeaders(),
  };
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], shell });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => said.push(piece));
  const notice = setTimeout(() => console.error(`mtrade: ${what} ...`), PATIENCE_MS);
  const status = await new Promise((resolve) => {
    child.on('error', (error) => {
      said.push(`${error.message}\n`);
      resolve(1);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
  clearTimeout(notice);
  if (status === 0) return;
  const text = said.join('');
  process.stderr.write(text);
  if (/node-gyp|prebuild-install/.test(text))
    console.error(
      'mtrade: a native module could not be built. It needs python3, make and g++; behind a firewall also the headers of Node: docs/troubleshooting.md, "It does not install".',
    );
  console.error(`mtrade: ${what} failed (${command} ${args.join(' ')}); the reason stands above.`);
  process.exit(status);
}

const installed = join(root, 'node_modules/.package-lock.json');
const lockfile = join(root, 'package-lock.json');
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lockfile).mtimeMs) {
  await run(
    'npm',
    ['ci', '--no-fund', '--no-audit', '--loglevel=error'],
    'installing dependencies (once, a minute or two)',
  );
}
await run(
  'npx',
  ['--no-install', 'turbo', 'run', 'build', '--output-logs=errors-only', '--log-order=grouped'],
  'building what has changed',
);
// Compiled code that is missing makes a start slower and nothing else: it says so by itself.
await import('./renew-code.mjs');
