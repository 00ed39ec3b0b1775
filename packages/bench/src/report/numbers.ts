/** Three significant places, thousands apart: 0.0123, 4.56, 789, 12,300. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value === 0) return '0';
  const places = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  const rounded = value >= 1_000 ? Number(value.toPrecision(3)) : value;
  return new Intl.NumberFormat('en', { maximumFractionDigits: Math.min(places, 6) }).format(rounded);
}

/** A part of something in whole per cent. */
export const percent = (part: number): string =>
  Number.isFinite(part) ? `${Math.round(part * 100)} %` : '-';
