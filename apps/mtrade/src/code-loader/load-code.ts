import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { isMainThread } from 'node:worker_threads';
import { compileWasmOnce } from '../small-memory.js';
import { cacheName, packCode, unpackCode } from './code-cache.js';

// `load.js` of a bundle: every thread begins here. Much of a start was V8 compiling functions; the build keeps what it
// has compiled (scripts/record-bundle.mjs), and here it comes back. Without it everything runs all the same, later.

type Code = (
  this: object,
  exports: object,
  require: (id: string) => unknown,
  module: { readonly exports: object },
  filename: string,
  directory: string,
  importModule: (specifier: string) => Promise<unknown>,
) => void;

// A flag of V8's, and so before anything is looked up by them.
if (isMainThread) compileWasmOnce();

const here = dirname(fileURLToPath(import.meta.url));
const directory = join(here, 'code');
const cache = join(here, 'cache');
const requireOther = createRequire(import.meta.url);
/** Compiled code counts as covered from the start, so whoever measures coverage compiles anew. */
const isWanted = !process.env['NODE_V8_COVERAGE'] && !process.env['NODE_DISABLE_COMPILE_CACHE'];

const loaded = new Map<string, { readonly exports: object }>();

/** What the file of this name in the bundle's `code` exports; it runs once a thread. */
export function load(name: string): object {
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const filename = join(directory, name);
  const source = readFileSync(filename);
  const compiled = isWanted ? compiledCode(name, source) : null;
  const script = new Script(source.toString('latin1'), {
    // Compiled code keeps the name under which it was compiled, and a built tree may be moved or copied: so the name says
    // which bundle it is, and not where it lies.
    filename: `bundle/${basename(here)}/code/${name}`,
    ...(compiled !== null && { cachedData: compiled }),
  });
  const module = { exports: {} };
  // Before it runs: files that need each other find what there is so far.
  loaded.set(name, module);
  try {
    const run = script.runInThisContext() as Code;
    run.call(module.exports, module.exports, requireFrom, module, filename, directory, importOther);
  } catch (error) {
    loaded.delete(name);
    throw error;
  }
  return module.exports;
}

const requireFrom = (id: string): unknown => (id.startsWith('./') ? load(id.slice(2)) : requireOther(id));
const importOther = (specifier: string): Promise<unknown> => import(specifier);

function compiledCode(name: string, source: Uint8Array): Buffer | null {
  try {
    return unpackCode(readFileSync(join(cache, cacheName(), name)), source);
  } catch {
    return null;
  }
}

// For whoever records it.
export { cacheName, packCode };
