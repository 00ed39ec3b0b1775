import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const KEEP_CODE = join(dirname(fileURLToPath(import.meta.url)), 'keep-code.cjs');
/** A recording takes three seconds; a build must not hang on it. */
const LIMIT_MS = 20_000;
const POLL_MS = 50;
/** After the first orders, for their answers and the commits of these. */
const SETTLE_MS = 500;
/** Without the code of these there is little to gain. */
const NEEDED = ['command-line.js', 'order-lane.worker.js', 'reactor.worker.js', 'cycler.worker.js'];

const CONFIG = `mode = "paper"

[control]
listen = "127.0.0.1:0"

[backup]
every_hours = 0

[[pairs]]
symbol = "BTC/USDT"
trade = true

[[pairs]]
symbol = "ETH/USDT"
trade = true
`;

/**
 * Puts what V8 has compiled beside the sources of the bundle in `place`: the code of a real start in paper mode, its
 * first orders included, in a directory of its own that goes away. It asks nobody but itself. A recording that fails
 * costs each start some time and nothing else; one line says so.
 */
export async function recordBundle(place) {
  const cache = join(place, 'cache');
  const target = join(cache, `.new-${process.pid}`);
  let work = null;
  try {
    if (existsSync(join(cache, nameAtStart(place)))) return;
    work = mkdtempSync(join(tmpdir(), 'mtrade-'));
    mkdirSync(target, { recursive: true });
    await record(place, target, work);
    const name = keptName(target);
    // Somebody else who builds the same may have been faster.
    if (!existsSync(join(cache, name))) renameSync(join(target, name), join(cache, name));
  } catch (error) {
    console.warn(`bundle: no compiled code is kept, so a start takes longer: ${error.message}`);
  } finally {
    for (const directory of [target, work])
      if (directory) rmSync(directory, { recursive: true, force: true });
  }
}

/** Under what name a start looks for compiled code: that of this Node.js, with its own flags, on this processor. */
function nameAtStart(place) {
  const ask = `process.stdout.write(require(${JSON.stringify(join(place, 'load.js'))}).cacheName())`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', ask], {
    env: { PATH: process.env.PATH },
    encoding: 'utf8',
    timeout: LIMIT_MS,
  });
  if (status !== 0) throw new Error(stderr.trim().slice(-300));
  return stdout;
}

async function record(place, target, work) {
  writeFileSync(join(work, 'mtrade.toml'), CONFIG);
  const deadline = Date.now() + LIMIT_MS;
  const run = (args, env = {}) => mtrade({ place, target, work, deadline }, args, env);
  const engine = run(['start', '--no-screen', '--log-level', 'warn']);
  try {
    let orders = 0;
    while (orders === 0) {
      await pause(engine, deadline);
      const { code, stdout } = await run(['status', '--json'], { MTRADE_RECORD_ADD: '1' }).ended;
      orders = code === 0 ? (JSON.parse(stdout).internal?.orders_filled ?? 0) : 0;
    }
    await sleep(SETTLE_MS);
    writeFileSync(join(target, 'write'), '');
    // The cycler writes at its end, the others at once.
    while (!NEEDED.slice(0, -1).every((name) => existsSync(join(target, keptName(target), name))))
      await pause(engine, deadline);
    engine.child.kill('SIGTERM');
    await engine.ended;
    const missing = NEEDED.filter((name) => !existsSync(join(target, keptName(target), name)));
    if (missing.length > 0) throw new Error(`there is none of ${missing.join(', ')}`);
  } finally {
    engine.child.kill('SIGKILL');
  }
}

async function pause(engine, deadline) {
  if (engine.child.exitCode !== null)
    throw new Error(`the engine ended: ${(await engine.ended).stderr.trim().slice(-300)}`);
  if (Date.now() > deadline) throw new Error(`it was not done after ${LIMIT_MS / 1_000} s`);
  await sleep(POLL_MS);
}

const keptName = (target) => readdirSync(target).find((name) => name.startsWith('v')) ?? 'none';

function mtrade({ place, target, work, deadline }, [command, ...args], env) {
  const node = ['--require', KEEP_CODE, join(place, 'main.js')];
  const child = spawn(process.execPath, [...node, command, '--config', join(work, 'mtrade.toml'), ...args], {
    cwd: work,
    // Nothing of whoever builds: with other options of Node.js the code would fit no start.
    env: {
      PATH: process.env.PATH,
      HOME: work,
      XDG_STATE_HOME: join(work, 'state'),
      MTRADE_RUNTIME_DIR: work,
      MTRADE__DATA_DIR: join(work, 'data'),
      MTRADE_RECORD_BUNDLE: place,
      MTRADE_RECORD_TO: target,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: Math.max(1, deadline - Date.now()),
    killSignal: 'SIGKILL',
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'])
    child[name].setEncoding('utf8').on('data', (text) => (said[name] += text));
  const ended = once(child, 'close').then(([code]) => ({ code, ...said }));
  return { child, ended };
}
