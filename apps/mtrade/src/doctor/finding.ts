/** One thing that was looked at. `problem` fails the command; `warning` is worth knowing. */
export interface Finding {
  readonly check: string;
  readonly level: 'ok' | 'warning' | 'problem';
  readonly detail: string;
  /** What to do about it; null when there is nothing to do. */
  readonly remedy: string | null;
}

export const ok = (check: string, detail: string): Finding => ({ check, level: 'ok', detail, remedy: null });
export const warning = (check: string, detail: string, remedy: string): Finding => ({
  check,
  level: 'warning',
  detail,
  remedy,
});
export const problem = (check: string, detail: string, remedy: string): Finding => ({
  check,
  level: 'problem',
  detail,
  remedy,
});
