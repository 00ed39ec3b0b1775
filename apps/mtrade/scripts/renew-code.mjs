// The last step of `npm run build`, `npm start` and `npm test`: the compiled code of the bundle that is there, should it
// have none for this Node.js on this processor. A build that was restored from turbo's cache brings another one's.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { recordBundle } from './record-bundle.mjs';

const bundles = join(dirname(fileURLToPath(import.meta.url)), '../dist/bundle');
const current = join(bundles, 'current');
if (existsSync(current)) await recordBundle(join(bundles, readFileSync(current, 'utf8').trim()));
