import { setFlagsFromString } from 'node:v8';

// Measured with 16 pairs: of 160 MB resident memory the first saves 8 MB, the second 20. Both only move thresholds that
// V8 looks at anew each time; how much a thread may hold is not limited. Flags that switch a part of V8 on or off are
// another matter: switching the threads of the collector off under way ends the process. So nothing is set on a version
// of Node.js that this has not been tried on for long.
const isKnown = process.versions.node.startsWith('20.');

/**
 * Before anything compiles WebAssembly. The only one here reads the heads of HTTP answers, a kilobyte at a time; compiled
 * to the utmost it is no faster to anybody's notice, and the compiler takes megabytes that the allocator never gives back.
 * A bundle does it for every command, because compiled code is kept for one set of flags.
 */
export function compileWasmOnce(): void {
  if (isKnown) setFlagsFromString('--liftoff-only');
}

/**
 * When all threads have loaded. By default their nurseries grow to many megabytes each while a program loads, and stay
 * there; a running engine makes little garbage and needs none of that. Not earlier: loading is a tenth faster with room.
 */
export function keepHeapsSmall(): void {
  if (!isKnown) return;
  setFlagsFromString('--optimize-for-size');
  setFlagsFromString('--semi-space-growth-factor=1');
}
