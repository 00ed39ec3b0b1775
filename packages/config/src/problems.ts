import { MtradeError } from '@mtrade/base';

/** One thing wrong with the configuration. `where` is a file, an environment variable or `built-in defaults`. */
export interface ConfigProblem {
  readonly where: string;
  /** Dotted path; empty when the whole file is meant. */
  readonly key: string;
  /** What is wrong and how to mend it, in one line. */
  readonly message: string;
}

export const problemText = ({ where, key, message }: ConfigProblem): string =>
  [where, key, message].filter((part) => part !== '').join(': ');

/** All problems in one error, one line each. */
export function configError(
  problems: readonly ConfigProblem[],
  options?: ErrorOptions,
): MtradeError<'MTRADE_CONFIG'> {
  const [first] = problems;
  return new MtradeError(
    'MTRADE_CONFIG',
    problems.map(problemText).join('\n'),
    { key: first?.key ?? '', ...(first === undefined ? {} : { file: first.where }) },
    options,
  );
}

/** A value in a message: short, on one line, in the notation of the file. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value).toLowerCase();
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Date) return 'a date';
  if (typeof value === 'object') return 'a table';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}..."` : text;
}
