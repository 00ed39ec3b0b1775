import { readFileSync } from 'node:fs';
import { APP_DIRECTORY } from './app-directory.js';

/** The version of the package this file was built into. */
export const VERSION = (
  JSON.parse(readFileSync(new URL('package.json', APP_DIRECTORY), 'utf8')) as { version: string }
).version;
