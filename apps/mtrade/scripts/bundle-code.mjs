import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';

const GATE_FILE = "new URL('./src/gate.js', import.meta.resolve('ccxt')).href";
const GATE_IMPORT = 'import(locate())';

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

/** The threads that every price and every order passes: each is one file, so that nothing is looked up in another. */
const HOT = ['cycler.worker', 'order-lane.worker', 'reactor.worker'];

/** What the code of a file is called with; see src/code-loader/load-code.ts. A line of its own would move all line numbers. */
const HEAD = '(function (exports, require, module, __filename, __dirname, __import) { ';
const FOOT = '\n})';

/** How rolldown writes `import.meta.url` in this format. */
const OWN_URL = String.raw`require\("url"\)\.pathToFileURL\(__filename\)\.href`;

const app = join(dirname(fileURLToPath(import.meta.url)), '..');
const runtime = dirname(fileURLToPath(import.meta.resolve('@mtrade/runtime')));
const gateClass = join(dirname(createRequire(runtime).resolve('ccxt')), '../js/src/gate.js');

const plugins = [
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
    // ccxt's one class is found by its place in ccxt's package; here it is a file of the bundle.
    transform(code, id) {
      if (!id.endsWith('/load-gate-class.js')) return null;
      for (const words of [GATE_FILE, GATE_IMPORT])
        if (!code.includes(words)) throw new Error(`${id} no longer says ${words}`);
      return code.replace(GATE_FILE, "''").replace(GATE_IMPORT, () => `import(${JSON.stringify(gateClass)})`);
    },
  },
];

/** The files of one build, by name; those of `input` under the names given there. */
async function filesOf(input) {
  const build = await rolldown({
    input,
    platform: 'node',
    // ccxt's other exchanges need a package that nobody has installed, and what is left out here; Gate's class does not.
    onLog: (level, log, tell) => {
      const isOfOthers =
        (log.code === 'UNRESOLVED_IMPORT' && /protobufjs/.test(log.message)) ||
        (log.code === 'IMPORT_IS_UNDEFINED' && /left-out:/.test(log.message)) ||
        // It only means that a file which a command loads late is there anyway.
        log.code === 'INEFFECTIVE_DYNAMIC_IMPORT';
      if (!isOfOthers) tell(level, log);
    },
    // Native code, and what looks for files of its own beside itself.
    external: ['better-sqlite3', 'piscina', 'ccxt', '@mtrade/bench'],
    plugins,
  });
  const { output } = await build.generate({
    format: 'cjs',
    exports: 'named',
    // As modules are, and as tests and types see them: what is wrong fails instead of going on.
    strict: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    // Each thread keeps the text of all it has loaded. One character beyond Latin-1 doubles it, and of ccxt and undici a
    // fifth is comments. Names and lines stay, for the traces of errors.
    comments: false,
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: false, asciiOnly: true } },
  });
  await build.close();
  return output.map(({ fileName, code }) => [fileName, code]);
}

/**
 * The whole bundle: the text of each file by its path. In `code` lies what a thread loads, every file a function of its
 * own; beside it `load.js`, which loads it, and the files that Node.js runs first.
 */
export async function bundleCode() {
  const ofThreads = readdirSync(join(runtime, 'workers'))
    .filter((name) => name.endsWith('.worker.js'))
    .map((name) => name.replace(/\.js$/, ''));
  const fileOf = (thread) => join(runtime, 'workers', `${thread}.js`);
  const rest = ofThreads.filter((thread) => !HOT.includes(thread));
  const builds = await Promise.all([
    filesOf({
      'command-line': join(app, 'dist/command-line.js'),
      ...Object.fromEntries(rest.map((thread) => [thread, fileOf(thread)])),
    }),
    ...HOT.map((thread) => filesOf({ [thread]: fileOf(thread) })),
  ]);
  const [[, loader]] = await filesOf({ load: join(app, 'dist/code-loader/load-code.js') });
  const code = new Map();
  for (const [name, text] of builds.flat()) {
    const file = `${HEAD}${ownImports(text)}${FOOT}\n`;
    checkText(name, file);
    if ((code.get(name) ?? file) !== file) throw new Error(`two files are called ${name}`);
    code.set(name, file);
  }
  return new Map([
    ...[...code].map(([name, file]) => [`code/${name}`, file]),
    ['load.js', loader],
    ['package.json', '{ "type": "commonjs" }\n'],
    ['main.js', "module.exports = require('./load.js').load('command-line.js');\n"],
    ...ofThreads.map((thread) => [
      `workers/${thread}.js`,
      `module.exports = require('../load.js').load('${thread}.js');\n`,
    ]),
  ]);
}

/** What the loader counts on. */
function checkText(name, file) {
  if (!file.startsWith('"use strict";', HEAD.length)) throw new Error(`${name} is not strict`);
  // Read as Latin-1, which takes no time: one character beyond would be read as others.
  const beyond = /\P{ASCII}/u.exec(file);
  if (beyond !== null) throw new Error(`${name} has the character ${beyond[0]}, which should be escaped`);
}

/** A script has no `import()` of its own; what is not in the bundle is imported by the file that loads it. */
function ownImports(text) {
  if (!text.includes('import(')) return text;
  const places = [];
  const visit = (node) => {
    if (node === null || typeof node !== 'object') return;
    if (node.type === 'ImportExpression') places.push(node.start);
    for (const value of Object.values(node)) visit(value);
  };
  visit(parseAst(text));
  return places
    .toSorted((a, b) => b - a)
    .reduce((rest, at) => `${rest.slice(0, at)}__import${rest.slice(at + 'import'.length)}`, text);
}

/** What is found by its place beside the code must have come along. */
export function checkPlaces(files) {
  const places = [...files].flatMap(([path, text]) =>
    [...text.matchAll(new RegExp(String.raw`new URL\(["'\`](\.[^"'\`$]+\.js)["'\`], ${OWN_URL}\)`, 'g'))].map(
      ([, place]) => ({ path, place, found: join(dirname(path), place) }),
    ),
  );
  if (places.length === 0) throw new Error('no file looks for another by its place: is it still written so?');
  for (const { path, place, found } of places)
    if (!files.has(found)) throw new Error(`${path} looks for ${place}, which is not in the bundle`);
}
