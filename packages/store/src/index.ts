export * from './open-store.js';
export type { Identity, StoredIdentity } from './identity.js';
export * from './queries.js';
export * from './reader.js';
export * from './kernel-lock.js';
export * from './history/index.js';
export { type LedgerSums, sumFills } from './ledger.js';
export type { PairClosedCycle, PairCycle } from './rows/cycle-row.js';
export type { BookedFill } from './rows/fill-row.js';
export { type CleanChoice, cleanBooks, type CleanOptions } from './clean.js';
export type { Cleanable, CleanableCycle, CleanableIntent, CleanLimits } from './cleanable.js';
export type { BooksFault } from './examine.js';
export * from './race/flawed-books.js';
export * from './race/real-books.js';
export {
  backupDatabase,
  backupDatabase as backupTo,
  type BackupResult,
  type BackupResult as Backup,
} from './backup.js';
export {
  type BackupFile,
  type BackupKind,
  backupDirectory,
  backupName,
  ensureBackupDirectory,
  listBackups,
  pruneBackups,
} from './backup-files.js';
export { restoreDatabase, type RestoreOptions, type RestoreResult } from './restore.js';
export { isNotCompared, type Restored } from './restored.js';
