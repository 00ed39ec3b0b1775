import { createHash } from 'node:crypto';

const HEAD = /^# Written by mtrade systemd [^\n]*; sum ([0-9a-f]{16})\n/;

const sumOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** The unit under a first line by which a later one knows whether somebody has edited it. */
export const signed = (unit: string, version: string): string =>
  `# Written by mtrade systemd ${version}; sum ${sumOf(unit)}\n${unit}`;

/** True for a file that is as `mtrade systemd` of whatever version wrote it. */
export function isAsWritten(text: string): boolean {
  const head = HEAD.exec(text);
  return head !== null && head[1] === sumOf(text.slice(head[0].length));
}
