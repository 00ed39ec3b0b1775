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

/**
 * What ccxt's base class brings along for other exchanges: signatures of block chains, and a WebSocket client of its own.
 * In its place stand names that hold nothing; a name that is missing here fails the build.
 */
const LEFT_OUT = {
  '@noble/curves/secp256k1.js': 'export const secp256k1 = undefined;',
  '@scure/starknet': 'export const getStarkKey = undefined, ethSigToPrivate = undefined, sign = undefined;',
  './functions/ethabi.js': 'export const abiEncode = undefined, TypedDataEncoder = undefined;',
  './functions/starknet.js': '',
  './ws/WsClient.js': 'export default undefined;',
  '../static_dependencies/zklink/zklink-sdk-web.js': 'export default undefined;',
  '../static_dependencies/dydx-v4-client/helpers.js': 'export const Long = undefined;',
};

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
  // ccxt's other exchanges need a package that nobody has installed, and what is left out here; Gate's class does not.
  onLog: (level, log, tell) => {
    const isOfOthers =
      (log.code === 'UNRESOLVED_IMPORT' && /protobufjs/.test(log.message)) ||
      (log.code === 'IMPORT_IS_UNDEFINED' && /left-out:/.test(log.message));
    if (!isOfOthers) tell(level, log);
  },
  // Native code, and what looks for files of its own beside itself.
  external: ['better-sqlite3', 'piscina', 'ccxt', '@mtrade/bench'],
  plugins: [
    {
      name: 'left-out',
      resolveId(source, importer) {
        const isOfBase = /[/\\]ccxt[/\\]js[/\\]src[/\\]base[/\\]Exchange\.js$/.test(importer ?? '');
        return isOfBase && source in LEFT_OUT ? `\0left-out:${source}` : null;
      },
      load: (id) => (id.startsWith('\0left-out:') ? LEFT_OUT[id.slice('\0left-out:'.length)] : null),
    },
    {
      name: 'one-language',
      // Messages of our own schemas are English; zod brings sixty languages.
      transform: (code, id) =>
        /[/\\]zod[/\\]v4[/\\]locales[/\\]index\.js$/.test(id)
          ? "export { default as en } from './en.js';"
          : null,
    },
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
  // Each thread keeps the text of all it has loaded. One character beyond Latin-1 doubles it, and of ccxt and undici a
  // fifth is comments. Names and lines stay, for the traces of errors.
  comments: false,
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: false, asciiOnly: true } },
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
