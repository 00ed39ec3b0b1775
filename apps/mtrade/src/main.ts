import { readFileSync } from 'node:fs';

// The build puts the whole program into a few files, because finding and opening hundreds of small ones is half of a
// start. Where only the compiler has run, the small ones do the same.
const bundle = currentBundle();
if (bundle !== null) await import(new URL(`bundle/${bundle}/main/command-line.js`, import.meta.url).href);
else await import('./command-line.js');

function currentBundle(): string | null {
  try {
    return readFileSync(new URL('bundle/current', import.meta.url), 'utf8').trim();
  } catch {
    return null;
  }
}
