/** Days begin at midnight where the reader is; the engine does the counting. */
export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** Unix ms of the midnight `daysAgo` days back. */
export function dayStart(daysAgo = 0): number {
  const day = new Date();
  day.setHours(0, 0, 0, 0);
  day.setDate(day.getDate() - daysAgo);
  return day.getTime();
}

/** Today as the engine names its days: `2026-11-21`, where the reader is. */
export function dayName(): string {
  const day = new Date();
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
