// The last step of the build: the program and its threads as a few large files, made of what the compiler has written.
// A start opens 20 files in place of 500, which halves its time (docs/performance.md), and finds them compiled.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleCode, checkPlaces } from './bundle-code.mjs';
import { publishBundle } from './publish-bundle.mjs';
import { recordBundle } from './record-bundle.mjs';

const bundles = join(dirname(fileURLToPath(import.meta.url)), '../dist/bundle');
const fresh = join(bundles, `.new-${process.pid}`);

const files = await bundleCode();
checkPlaces(files);
const hash = createHash('sha256');
for (const [path, text] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
  mkdirSync(dirname(join(fresh, path)), { recursive: true });
  writeFileSync(join(fresh, path), text);
  hash.update(`${path}\n${text}`);
}
await publishBundle(bundles, fresh, hash.digest('hex').slice(0, 12), recordBundle);
