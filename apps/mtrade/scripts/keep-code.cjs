// Runs before the program in each thread of the one engine from which the build takes compiled code, and nowhere else:
// the program itself cannot write any. See record-bundle.mjs.
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
const path = require('node:path');
const v8 = require('node:v8');
const vm = require('node:vm');
const { isMainThread, threadId } = require('node:worker_threads');

const { MTRADE_RECORD_BUNDLE: bundle = '', MTRADE_RECORD_TO: target = '' } = process.env;
const { cacheName, packCode } = require(path.join(bundle, 'load.js'));
const setFlags = v8.setFlagsFromString;
const scripts = new Map();
let isWritten = false;

vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    scripts.set(path.basename(options.filename), this);
  }
};
// An engine that runs has other flags than one that starts; here everything is kept for the start.
v8.setFlagsFromString = () => undefined;
syncBuiltinESMExports();
// What was needed once at the beginning would be thrown away before it is kept. Flags are the whole process's, and another
// thread may have set this one before.
setFlags('--flush-bytecode');
const atStart = cacheName();
setFlags('--no-flush-bytecode');

// The cycler never comes back to its event loop before its end, the order thread is ended from outside.
process.on('exit', write);
setInterval(() => existsSync(path.join(target, 'write')) && write(), 20).unref();

function write() {
  if (isWritten) return;
  isWritten = true;
  setFlags('--flush-bytecode');
  const name = cacheName();
  if (name !== atStart)
    throw new Error(`the flags are others than at the start: ${name} instead of ${atStart}`);
  mkdirSync(path.join(target, name), { recursive: true });
  for (const [file, script] of scripts) {
    const place = path.join(target, name, file);
    // Of what several load, the first thread of the engine knows most, and a command beside it least.
    if ((!isMainThread || process.env.MTRADE_RECORD_ADD) && existsSync(place)) continue;
    const fresh = `${place}.${process.pid}-${threadId}`;
    writeFileSync(fresh, packCode(readFileSync(path.join(bundle, 'code', file)), script.createCachedData()));
    renameSync(fresh, place);
  }
}
