// The last step of the build: the program and its threads as a few large files, made of what the compiler has written.
// A start opens 20 files in place of 500, which halves its time (docs/performance.md).
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { publishBundle } from './publish-bundle.mjs';

const GATE_FILE = "new URL('./src/gate.js', import.meta.resolve('ccxt')).href";

const app = join(dirname(fileURLToPath(import.meta.url)), '..');
const runtime = dirname(fileURLToPath(import.meta.resolve('@mtrade/runtime')));
const bundles = join(app, 'dist/bundle');
const fresh = join(bundles, `.new-${process.pid}`);

// Every file lies one folder deep, so `../workers/` leads to the threads from each of them.
const workers = readdirSync(join(runtime, 'workers')).filter((name) => name.endsWith('.worker.js'));
const input = Object.fromEntries([
  ['main/command-line', join(app, 'dist/command-line.js')],
  ['workers/gate-class', join(dirname(createRequire(runtime).resolve('ccxt')), '../js/src/gate.js')],
  ...workers.map((name) => [`workers/${name.replace(/\.js$/, '')}`, join(runtime, 'workers', name)]),
]);

const build = await rolldown({
  input,
  platform: 'node',
  // ccxt's other exchanges need a package that nobody has installed; Gate's class does not.
  onLog: (level, log, tell) => {
    if (log.code !== 'UNRESOLVED_IMPORT' || !/protobufjs/.test(log.message)) tell(level, log);
  },
  // Native code, and what looks for files of its own beside itself.
  external: ['better-sqlite3', 'piscina', 'ccxt', '@mtrade/bench'],
  plugins: [
    {
      name: 'gate-class',
      // ccxt's one class is found by its place in ccxt's package; here it has become one file beside the threads.
      transform(code, id) {
        if (!id.endsWith('/load-gate-class.js')) return null;
        if (!code.includes(GATE_FILE)) throw new Error(`${id} no longer says ${GATE_FILE}`);
        return code.replace(GATE_FILE, "new URL('../workers/gate-class.js', import.meta.url).href");
      },
    },
  ],
});
const { output } = await build.write({
  dir: fresh,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
});

// What is found by its place beside the code must have come along.
for (const { fileName, code = '' } of output)
  for (const [, place] of code.matchAll(/new URL\(["'`](\.[^"'`$]+\.js)["'`], import\.meta\.url\)/g))
    if (!existsSync(join(fresh, dirname(fileName), place)))
      throw new Error(`${fileName} looks for ${place}, which is not in the bundle`);

const hash = createHash('sha256');
for (const { fileName, code = '' } of output.toSorted((a, b) => (a.fileName < b.fileName ? -1 : 1)))
  hash.update(`${fileName}\n${code}`);
publishBundle(bundles, fresh, hash.digest('hex').slice(0, 12));
