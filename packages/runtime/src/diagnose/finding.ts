export const SEVERITIES = ['CRITICAL', 'WARN', 'INFO'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Stable names of what is looked at: scripts filter by them. Append only. */
export type CheckName =
  | 'books'
  | 'integrity'
  | 'sums'
  | 'duplicates'
  | 'incomplete'
  | 'unknown-order'
  | 'attention'
  | 'unprotected'
  | 'dust'
  | 'lock'
  | 'exchange'
  | 'orphan-order'
  | 'missing-trade'
  | 'phantom-fill'
  | 'foreign-install'
  | 'balance'
  | 'stops'
  | 'restored';

/** CRITICAL: money may be at risk or a promise is broken. WARN: look at it. INFO: worth knowing, nothing to do. */
export interface Finding {
  readonly severity: Severity;
  readonly check: CheckName;
  readonly symbol: string | null;
  readonly detail: string;
  readonly remedy: string;
}

export const finding = (
  severity: Severity,
  check: CheckName,
  symbol: string | null,
  detail: string,
  remedy: string,
): Finding => ({ severity, check, symbol, detail, remedy });

/** Worst first, then by check and pair. */
export const inOrder = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      a.check.localeCompare(b.check) ||
      (a.symbol ?? '').localeCompare(b.symbol ?? ''),
  );
