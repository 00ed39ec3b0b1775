import { systemClock } from '@mtrade/base';
import { cleanText } from '@mtrade/log';
import type { Owner } from '@mtrade/runtime';

const MOST_NAMES = 4;

/** How each of these engines is reached without any file. */
export const ways = (owners: readonly Owner[]): string =>
  owners.map((owner) => `--data-dir ${owner.dataDir} (pid ${owner.pid})`).join(', one with ');

/**
 * Where engines do run, for whoever was told that none runs here: a configuration that is gone or another working
 * directory looks just like an engine that has ended. No line where there is nothing to say.
 */
export async function enginesElsewhere(dataDir: string): Promise<string[]> {
  const { enginesHere } = await import('@mtrade/runtime');
  const others = (await enginesHere({ clock: systemClock })).filter((owner) => owner.dataDir !== dataDir);
  if (others.length === 0) return [];
  const more = others.length > MOST_NAMES ? ` and ${others.length - MOST_NAMES} more` : '';
  return [
    cleanText(`mtrade: on this machine one runs with ${ways(others.slice(0, MOST_NAMES))}${more}`, 1_000),
  ];
}
