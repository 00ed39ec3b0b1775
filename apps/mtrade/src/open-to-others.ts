import { lstatSync } from 'node:fs';

export const modeText = (mode: number): string => (mode & 0o777).toString(8).padStart(4, '0');

/**
 * That other users of this machine can enter a data directory, and the remedy: nothing or one line. Its secrets and
 * books are private by themselves; names, sizes and files that somebody adds are not.
 */
export function openToOthers(dataDir: string): string[] {
  const stat = lstatSync(dataDir, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isDirectory() || (stat.mode & 0o077) === 0) return [];
  return [
    `the data directory ${dataDir} can be entered by others (mode ${modeText(stat.mode)}): chmod 700 ${dataDir}`,
  ];
}
