#!/usr/bin/env node
// npm links and marks this file as executable at installation, when nothing is built yet; the program is in dist.
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  console.error('mtrade: not built yet; run npm run build (npm start does it by itself)');
  process.exitCode = 1;
}
