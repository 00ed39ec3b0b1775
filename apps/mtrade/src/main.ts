import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// The build puts the whole program into a few files, because finding and opening hundreds of small ones is half of a
// start. Where only the compiler has run, the small ones do the same.
const bundle = currentBundle();
const program = bundle === null ? await import('./command-line.js') : bundled(bundle);
await program.finished;

function bundled(name: string): { readonly finished: Promise<void> } {
  return createRequire(import.meta.url)(`./bundle/${name}/main.js`) as { readonly finished: Promise<void> };
}

function currentBundle(): string | null {
  try {
    return readFileSync(new URL('bundle/current', import.meta.url), 'utf8').trim();
  } catch {
    return null;
  }
}
