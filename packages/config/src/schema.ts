import { z } from 'zod';
import { LADDER_OPTIONS, SECTIONS, TOP_OPTIONS } from './options.js';
import { show } from './problems.js';
import { unknownKey } from './unknown-key.js';
import { type AnyOption, dotted, optionAt, PAIR_OPTIONS, type Path, type Table } from './tables.js';

const described = (option: AnyOption): z.ZodType =>
  option.schema.meta({
    description: option.unit === null ? option.help : `${option.help} Unit: ${option.unit}.`,
  });

const withDefault = (option: AnyOption): z.ZodType =>
  option.defaultRaw === undefined
    ? described(option).optional()
    : described(option).default(option.defaultRaw);

const fields = (table: Table, field: (option: AnyOption) => z.ZodType) =>
  Object.fromEntries(Object.entries(table).map(([key, option]) => [key, field(option)]));

const section = (table: Table) => z.strictObject(fields(table, withDefault)).prefault({});

const pair = z.strictObject({
  ...fields(PAIR_OPTIONS, withDefault),
  symbol: described(PAIR_OPTIONS.symbol),
  ladder: z.strictObject(fields(LADDER_OPTIONS, (option) => described(option).optional())).optional(),
});

export const fileSchema = z.strictObject({
  ...fields(TOP_OPTIONS, withDefault),
  ...Object.fromEntries(Object.entries(SECTIONS).map(([name, table]) => [name, section(table)])),
  ladder: section(LADDER_OPTIONS),
  pairs: z.array(pair).min(1).max(1_000).optional(),
});

/** For editors: completion and checks while the file is being written. */
export const configJsonSchema = (): unknown => ({
  title: 'mtrade configuration',
  ...z.toJSONSchema(fileSchema, { io: 'input', target: 'draft-07' }),
});

export interface SchemaProblem {
  readonly path: Path;
  readonly message: string;
}

const valueAt = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Record<string | number, unknown>)[part]
        : undefined,
    root,
  );

const tableExpected = (path: Path): string =>
  path.length === 1 && path[0] === 'pairs'
    ? 'expected a table for each pair, headed [[pairs]], at least one and at most 1000'
    : `expected a table, headed [${dotted(path).replace(/\[\d+\]/g, '')}]`;

function problemAt(root: unknown, path: Path): SchemaProblem {
  const value = valueAt(root, path);
  const found = optionAt(path);
  if (found === null) {
    const isEmpty = Array.isArray(value) && value.length === 0;
    return { path, message: `${tableExpected(path)}, got ${isEmpty ? 'none' : show(value)}` };
  }
  const { option, depth } = found;
  const key = dotted(path.slice(0, depth));
  const wholeValue = valueAt(root, path.slice(0, depth));
  if (wholeValue === undefined) return { path, message: `missing; give ${option.expects}` };
  const advice = option.advice(wholeValue, key);
  return {
    path,
    message: `expected ${option.expects}, got ${show(value)}${advice === null ? '' : ` (${advice})`}`,
  };
}

/** Our own words for what the schema found, each place once. */
export function schemaProblems(root: unknown, issues: readonly z.core.$ZodIssue[]): SchemaProblem[] {
  const problems = new Map<string, SchemaProblem>();
  for (const issue of issues) {
    const path = issue.path as Path;
    const found =
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ path: [...path, key], message: unknownKey([...path, key]) }))
        : [problemAt(root, path)];
    for (const problem of found) problems.set(dotted(problem.path), problem);
  }
  return [...problems.values()];
}
