// Runs before `npm start` and `npm test`: installs what is missing or out of date, then builds. It uses only what Node
// ships, because at this moment nothing else may be there.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
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

function run(command, args, why) {
  // No tool that builds this may call home.
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  const result = spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 2, 2], shell });
  if (result.status !== 0) {
    console.error(`mtrade: ${why} failed (${command} ${args.join(' ')}); the reason stands above.`);
    process.exit(result.status ?? 1);
  }
}

const installed = join(root, 'node_modules/.package-lock.json');
const lockfile = join(root, 'package-lock.json');
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lockfile).mtimeMs) {
  console.error('mtrade: installing dependencies (once) ...');
  run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], 'installing dependencies');
}
run(
  'npx',
  ['--no-install', 'turbo', 'run', 'build', '--output-logs=errors-only', '--log-order=grouped'],
  'the build',
);
