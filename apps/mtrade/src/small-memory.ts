import { setFlagsFromString } from 'node:v8';

// Measured with 16 pairs: of 160 MB resident memory the first saves 8, the second 20. A V8 that does not know a flag says
// so on stderr and goes on. How much a thread may hold is not limited by any of this.

/**
 * Before anything compiles WebAssembly. The only one here reads the heads of HTTP answers, a kilobyte at a time; compiled
 * to the utmost it is no faster to anybody's notice, and the compiler takes megabytes that the allocator never gives back.
 */
export function compileWasmOnce(): void {
  setFlagsFromString('--liftoff-only');
}

/**
 * When all threads have loaded. By default their nurseries grow to many megabytes each while a program loads, and stay
 * there; a running engine makes little garbage and needs none of that. Not earlier: loading is a tenth faster with room.
 */
export function keepHeapsSmall(): void {
  setFlagsFromString('--optimize-for-size');
  setFlagsFromString('--semi-space-growth-factor=1');
}
