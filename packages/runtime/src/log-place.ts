import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from './control/private-file.js';

/** Where an engine writes its log, for whoever wants to read it. */
export type LogPlace =
  | { readonly kind: 'file'; readonly path: string; readonly keep: number }
  | { readonly kind: 'journal'; readonly unit: string; readonly isUser: boolean }
  | { readonly kind: 'stderr' };

export const LOG_PLACE_FILE = 'log.json';

export function writeLogPlace(dataDir: string, place: LogPlace): void {
  writePrivateFile(join(dataDir, LOG_PLACE_FILE), `${JSON.stringify({ schema: 1, ...place })}\n`);
}

/** Of the engine that runs here or ran here last; null when none has said so. */
export function readLogPlace(dataDir: string): LogPlace | null {
  let found: Record<string, unknown>;
  try {
    found = JSON.parse(readFileSync(join(dataDir, LOG_PLACE_FILE), 'utf8')) as Record<string, unknown>;
  } catch {
    return null;
  }
  const { kind, path, keep, unit, isUser } = found;
  if (kind === 'stderr') return { kind };
  if (kind === 'file' && typeof path === 'string' && typeof keep === 'number') return { kind, path, keep };
  if (kind === 'journal' && typeof unit === 'string' && typeof isUser === 'boolean')
    return { kind, unit, isUser };
  return null;
}
