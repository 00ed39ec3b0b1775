/** Something wrong with the parameters; `rows` names the rows it is about, when it is about rows. */
export interface LadderFinding {
  readonly message: string;
  readonly rows?: readonly number[];
}

/** `row 3 sells`, `rows 7-16 sell`. */
export const named = (rows: readonly number[], one: string, many: string): string =>
  rows.length === 1 ? `row ${rows[0]} ${one}` : `rows ${span(rows)} ${many}`;

/** `7-16`, `15, 16`, `3`: row numbers as people write them. */
function span(rows: readonly number[]): string {
  const first = rows[0] ?? 0;
  const last = rows.at(-1) ?? 0;
  return rows.length > 2 && last - first + 1 === rows.length ? `${first}-${last}` : rows.join(', ');
}
