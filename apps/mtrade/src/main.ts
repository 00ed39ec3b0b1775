import { existsSync } from 'node:fs';

// The build puts the whole program into a few files, because finding and opening hundreds of small ones is half of a
// start. Where only the compiler has run, the small ones do the same.
const bundled = new URL('bundle/main/command-line.js', import.meta.url);
if (existsSync(bundled)) await import(bundled.href);
else await import('./command-line.js');
