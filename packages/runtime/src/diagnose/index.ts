export { diagnose, type DiagnoseOptions, type Diagnosis, type ExchangeChecked } from './diagnose.js';
export { type CheckName, type Finding, type Severity, SEVERITIES } from './finding.js';
export { cleanUp, type CleanupOptions, type CleanupResult } from './cleanup.js';
export type { CleanupPlan, Kept } from './cleanup-plan.js';
export type { StaleFile } from './stale-files.js';
export {
  type RaceResult,
  type RaceWindow,
  reproduce,
  type ReproduceOptions,
  type Reproduction,
} from './reproduce.js';
export { type ExchangeAccount, openAccount } from './exchange-account.js';
