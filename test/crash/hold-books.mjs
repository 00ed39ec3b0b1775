// A foreign tool that writes to the books of a running engine and takes its time: holds the write lock for some
// milliseconds. node hold-books.mjs <database> <ms>
import { createRequire } from 'node:module';

const Database = createRequire(import.meta.url)('better-sqlite3');
const [path, ms] = process.argv.slice(2);
const db = new Database(path);
db.exec('BEGIN IMMEDIATE');
process.send?.('held');
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(ms));
db.exec('ROLLBACK');
db.close();
process.exit(0);
