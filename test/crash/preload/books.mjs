// Points in the books: begin, rows, commit. Every statement of a database goes through one prototype; its own text says
// what it writes, and what a transaction has written names its commit.
import { createRequire } from 'node:module';
import { isArmed, pass } from './point.mjs';

const Database = createRequire(import.meta.url)('better-sqlite3');

/** Who begins a transaction, by what is on the stack; files are no help, the build makes one of many. */
const BEGINNERS = [
  ['commitIntent', 'intent'],
  ['commitSettlement', 'closing'],
  ['LaneEvents.', 'answer'],
  ['reviveIntents', 'inherit'],
  ['takeLease', 'lease'],
];

/** Of the transaction that is open in this thread. */
let written = new Set();

const begins = (when) => {
  if (!BEGINNERS.some(([, name]) => isArmed(`${name}.${when}`))) return;
  const usual = Error.stackTraceLimit;
  Error.stackTraceLimit = 30;
  const { stack } = new Error('who');
  Error.stackTraceLimit = usual;
  for (const [frame, name] of BEGINNERS) if (stack.includes(frame)) return pass(`${name}.${when}`);
};

/** Of a statement that binds its values by their place. */
const valueOf = (column, sql, values) =>
  values.flat()[
    sql
      .slice(sql.indexOf('(') + 1, sql.indexOf(')'))
      .split(', ')
      .indexOf(column)
  ];

function rowOf(sql, values) {
  const [row] = values;
  if (sql.startsWith('INSERT INTO intent ')) return `intent.${valueOf('purpose', sql, values)}`;
  if (sql.startsWith('UPDATE intent ')) return `move.${row.state}`;
  if (sql.startsWith('INSERT INTO fill ')) return `fill.${row.side}`;
  if (sql.startsWith('INSERT INTO cycle ')) return row.closed_ms === null ? 'cycle.open' : 'cycle.closed';
  if (sql.startsWith('INSERT INTO lease ')) return 'lease';
  if (sql.startsWith('INSERT INTO dust ')) return 'dust';
  return null;
}

function run(real, statement, values) {
  const sql = statement.source.trimStart();
  if (sql === 'BEGIN IMMEDIATE') {
    begins('before-begin');
    written = new Set();
    const result = real.apply(statement, values);
    begins('begun');
    return result;
  }
  if (sql === 'COMMIT') {
    for (const name of written) pass(`${name}.before-commit`);
    const result = real.apply(statement, values);
    for (const name of written) pass(`${name}.committed`);
    return result;
  }
  const result = real.apply(statement, values);
  const name = rowOf(sql, values);
  if (name !== null) {
    written.add(name);
    pass(`${name}.written`);
  }
  return result;
}

export function watchBooks() {
  const probe = new Database(':memory:');
  const statements = Object.getPrototypeOf(probe.prepare('SELECT 1'));
  probe.close();
  const real = statements.run;
  statements.run = function runWatched(...values) {
    return run(real, this, values);
  };

  const exec = Database.prototype.exec;
  Database.prototype.exec = function execWatched(sql) {
    const isLock = sql === 'BEGIN EXCLUSIVE';
    if (isLock) pass('lock.before-kernel');
    const result = exec.call(this, sql);
    if (isLock) pass('lock.kernel-taken');
    if (sql.includes('CREATE TABLE')) pass('create.schema-written');
    return result;
  };
}
