import type { z } from '@hono/zod-openapi';

type Issue = z.core.$ZodIssue;

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

const joined = (names: readonly unknown[]): string => names.map((name) => JSON.stringify(name)).join(', ');

/** A message of our own schemas is shown as it stands; the library's own begins with one of these. */
const isLibraryText = (message: string): boolean =>
  /^(?:Invalid|Too |Unrecognized|Expected|Required)/.test(message);

function words(issue: Issue): string {
  if (!isLibraryText(issue.message)) return issue.message;
  switch (issue.code) {
    case 'unrecognized_keys':
      return `${joined(issue.keys)} ${issue.keys.length === 1 ? 'is not known' : 'are not known'} here`;
    case 'invalid_type':
      return `give ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `give one of ${issue.values.join(', ')}`;
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `must be at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string'
        ? `is longer than ${issue.maximum} letters`
        : `must be at most ${issue.maximum}`;
    case 'invalid_format':
      return issue.format === 'regex'
        ? 'has the wrong form; amounts are decimals such as 0.25, with at most 15 digits before the point and 18 after it'
        : 'has the wrong form';
    case 'not_multiple_of':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return 'is not valid';
  }
}

/** What is wrong with a request, in words for the person who sent it: `limit: must be at most 1000`. */
export function invalidRequest(issues: readonly Issue[]): string {
  const told = new Map<string, string>();
  for (const issue of issues) {
    const place = issue.path.map(String).join('.');
    // The first thing that is wrong with a value makes the others follow.
    if (!told.has(place)) told.set(place, place === '' ? words(issue) : `${place}: ${words(issue)}`);
  }
  return [...told.values()].join('; ');
}
