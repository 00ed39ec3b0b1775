import { MtradeError } from '@mtrade/base';
import type { Owner } from './owner.js';

/** "Somebody else has it", with everything that the operator needs to find that somebody. */
export function heldError(what: string, owner: Owner | null): MtradeError<'MTRADE_LOCK_HELD'> {
  const holder = owner ? describeOwner(owner) : 'it is just starting or ending, or hidden from this user';
  // The directory is named once.
  const told = owner && what.includes(owner.dataDir) ? describeOwner(owner, { isShort: true }) : holder;
  return new MtradeError(
    'MTRADE_LOCK_HELD',
    `another mtrade already runs with ${what}: ${told}. ` +
      `\`mtrade status\` shows it, \`mtrade stop\` ends it, \`mtrade lock --check\` proves it.`,
    { holder },
  );
}

/** Control characters are taken out: the record is a file, and the text goes to a terminal. */
export function describeOwner(owner: Owner, { isShort = false } = {}): string {
  const started = new Date(owner.startedAtMs).toISOString();
  const directory = isShort ? '' : `data directory ${owner.dataDir}, `;
  const text = `pid ${owner.pid}, started ${started}, ${directory}version ${owner.version}`;
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '?');
}
