import { configJsonSchema, configMarkdown } from '@mtrade/config';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('docs/configuration.md is what the table of options says; run `mtrade config docs > docs/configuration.md`', () => {
  const file = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');

  expect(file).toBe(configMarkdown());
});

test('the JSON schema knows the keys, their defaults and that there are no others', () => {
  const schema = configJsonSchema() as {
    additionalProperties: boolean;
    properties: Record<string, { properties: Record<string, { default: unknown; description: string }> }>;
  };

  expect(schema.additionalProperties).toBe(false);
  expect(schema.properties['engine']?.properties['debounce_ms']).toMatchObject({
    default: 100,
    type: 'integer',
  });
  expect(schema.properties['ladder']?.properties['step_pct']).toMatchObject({
    default: '3.65',
    type: 'string',
  });
});
