// Points at the files beside the books: drafts, records, locks. What a file is for is told by its name.
import fs from 'node:fs';
import net from 'node:net';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import { pass } from './point.mjs';

const NAMES = [
  [/^mtrade\.db\.new$/, 'create'],
  [/^mtrade\.db$/, 'create'],
  [/^supervisor\.owner\.json/, 'owner'],
  [/^acct-.*\.owner\.json/, 'account-owner'],
  [/^control\.token/, 'token'],
  [/^control\.json/, 'address'],
  [/\.lockdb$/, 'lock-file'],
  [/^supervisor\.lock$/, 'visible-lock'],
];

const nameOf = (path) =>
  typeof path === 'string' ? (NAMES.find(([pattern]) => pattern.test(basename(path)))?.[1] ?? null) : null;

/** What is open for writing, by descriptor. */
const open = new Map();

const WRAPPERS = {
  openSync: (real) => (path, flags, mode) => {
    const fd = real(path, flags, mode);
    const name = flags === 'r' || flags === fs.constants.O_RDONLY ? null : nameOf(path);
    open.set(fd, name);
    if (name !== null) pass(`${name}.opened`);
    return fd;
  },
  writeSync:
    (real) =>
    (fd, data, ...rest) => {
      const name = open.get(fd) ?? null;
      if (name !== null) pass(`${name}.before-write`);
      const result = real(fd, data, ...rest);
      if (name !== null) pass(`${name}.written`);
      return result;
    },
  fsyncSync: (real) => (fd) => {
    real(fd);
    const name = open.get(fd) ?? null;
    if (name !== null) pass(`${name}.synced`);
  },
  renameSync: (real) => (from, to) => {
    const name = nameOf(to);
    if (name !== null) pass(`${name}.before-rename`);
    real(from, to);
    if (name !== null) pass(`${name}.renamed`);
  },
  mkdir:
    (real) =>
    (path, ...rest) => {
      const name = nameOf(path);
      if (name !== null) pass(`${name}.before-mkdir`);
      const done = rest.pop();
      real(path, ...rest, (error) => {
        if (name !== null && error === null) pass(`${name}.made`);
        done(error);
      });
    },
};

export function watchFiles() {
  for (const [name, wrap] of Object.entries(WRAPPERS)) fs[name] = wrap(fs[name]);
  const listen = Reflect.get(net.Server.prototype, 'listen');
  net.Server.prototype.listen = function listenWatched(...values) {
    const [where] = values;
    const path = typeof where === 'string' ? where : where?.path;
    if (typeof path === 'string')
      pass(path.startsWith('\0') ? 'signpost.before-listen' : 'control.before-listen');
    return listen.apply(this, values);
  };
  syncBuiltinESMExports();
}
