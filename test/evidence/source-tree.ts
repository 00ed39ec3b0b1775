/** What is needed of a syntax tree to find the titles of tests in it. */
export interface SyntaxNode {
  readonly type: string;
  readonly [key: string]: unknown;
}

export const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

export const nodeAt = (node: SyntaxNode | null, key: string): SyntaxNode | null => {
  const value = node?.[key];
  return isNode(value) ? value : null;
};

/** A missing element of an array literal comes as null. */
export const nodesAt = (node: SyntaxNode | null, key: string): readonly (SyntaxNode | null)[] => {
  const value = node?.[key];
  return Array.isArray(value) ? value.map((one) => (isNode(one) ? one : null)) : [];
};

/** Without `as const`, `satisfies X` and brackets. */
export function bare(node: SyntaxNode | null): SyntaxNode | null {
  const wrapped = [
    'TSAsExpression',
    'TSSatisfiesExpression',
    'TSNonNullExpression',
    'ParenthesizedExpression',
  ];
  return node && wrapped.includes(node.type) ? bare(nodeAt(node, 'expression')) : node;
}

/** The text of a string or template, with `${...}` for what only a run knows; null when it is neither. */
export function textOf(given: SyntaxNode | null): string | null {
  const node = bare(given);
  if (node?.type === 'Literal' && typeof node['value'] === 'string') return node['value'];
  if (node?.type !== 'TemplateLiteral') return null;
  const texts = nodesAt(node, 'quasis').map((one) => {
    const value = one?.['value'] as { readonly cooked?: string } | undefined;
    return value?.cooked ?? '';
  });
  return texts.join('${...}');
}

/** Every literal as a text, as a title shows it; null for what only a run knows. */
export function shownLiteral(given: SyntaxNode | null): string | null {
  const node = bare(given);
  const value = node?.type === 'Literal' ? node['value'] : undefined;
  if (typeof value === 'number' || typeof value === 'boolean') return `${value}`;
  if (node?.type === 'Identifier' && node['name'] === 'undefined') return 'undefined';
  return textOf(node);
}

/** Every child of a node, in the order of the source. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  return Object.values(node).flatMap((value) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  );
}
