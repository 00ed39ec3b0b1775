// Notes for each file of the bundle that a thread loads whether V8 took compiled code for it: none given, taken, rejected.
const { appendFileSync } = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
const path = require('node:path');
const vm = require('node:vm');

vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    const took = options.cachedData === undefined ? 'none' : this.cachedDataRejected ? 'rejected' : 'taken';
    appendFileSync(process.env.NOTE_CODE_TO, `${took} ${path.basename(options.filename)}\n`);
  }
};
syncBuiltinESMExports();
