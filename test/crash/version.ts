import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { script } from './simulated-exchange.js';

/** What was run on what, for a result that is read later. */
export function versionOf(): {
  readonly version: string;
  readonly node: string;
  readonly platform: string;
  readonly cores: number;
  readonly at: string;
} {
  const manifest = JSON.parse(readFileSync(script('../../apps/mtrade/package.json'), 'utf8')) as {
    readonly version: string;
  };
  return {
    version: manifest.version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: cpus().length,
    at: new Date().toISOString(),
  };
}
