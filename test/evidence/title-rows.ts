import { faultIdsIn, scenariosIn } from './ids.js';
import { bare, nodeAt, nodesAt, shownLiteral, type SyntaxNode, textOf } from './source-tree.js';

/** The table of a `test.each` as far as its source says it: by position, and by name. */
interface Row {
  readonly cells: readonly (string | null)[];
  readonly named: ReadonlyMap<string, string | null>;
}

/** The titles that a table makes of a template. Null when the table is made by code. */
export function titlesOf(
  template: string,
  table: SyntaxNode | null,
  constants: ReadonlyMap<string, SyntaxNode>,
): string[] | null {
  const rows = rowsOf(table, constants);
  return rows?.map((row) => fill(template, row)) ?? null;
}

function rowsOf(given: SyntaxNode | null, constants: ReadonlyMap<string, SyntaxNode>): Row[] | null {
  const node = bare(given);
  if (node?.type === 'Identifier') {
    const meant = constants.get(String(node['name']));
    return meant ? rowsOf(meant, new Map()) : null;
  }
  if (node?.type === 'ArrayExpression') {
    return nodesAt(node, 'elements').flatMap((element) =>
      element?.type === 'SpreadElement' ? spreadRows(nodeAt(element, 'argument')) : [rowOf(element)],
    );
  }
  if (node?.type === 'CallExpression') return entriesOf(node, constants);
  return null;
}

/** `...(condition ? [rows] : [])`: a row that only some hosts have is a row. What code makes is not seen. */
function spreadRows(given: SyntaxNode | null): Row[] {
  const node = bare(given);
  if (node?.type === 'ConditionalExpression')
    return [nodeAt(node, 'consequent'), nodeAt(node, 'alternate')].flatMap(spreadRows);
  return node?.type === 'ArrayExpression' ? nodesAt(node, 'elements').map(rowOf) : [];
}

/** `Object.entries(TABLE)`: the key is the first cell. */
function entriesOf(call: SyntaxNode, constants: ReadonlyMap<string, SyntaxNode>): Row[] | null {
  const callee = nodeAt(call, 'callee');
  const isEntries =
    nodeAt(callee, 'object')?.['name'] === 'Object' && nodeAt(callee, 'property')?.['name'] === 'entries';
  const argument = bare(nodesAt(call, 'arguments')[0] ?? null);
  const object =
    argument?.type === 'Identifier' ? bare(constants.get(String(argument['name'])) ?? null) : argument;
  if (!isEntries || object?.type !== 'ObjectExpression') return null;
  return nodesAt(object, 'properties').map((property) => ({
    cells: [keyOf(property), shownLiteral(nodeAt(property, 'value'))],
    named: new Map(),
  }));
}

function rowOf(given: SyntaxNode | null): Row {
  const node = bare(given);
  if (node?.type === 'ArrayExpression')
    return { cells: nodesAt(node, 'elements').map(shownLiteral), named: new Map() };
  if (node?.type === 'ObjectExpression') {
    const pairs = nodesAt(node, 'properties').map(
      (property) => [keyOf(property) ?? '', shownLiteral(nodeAt(property, 'value'))] as const,
    );
    return { cells: [null], named: new Map(pairs) };
  }
  // A row that a function makes: which of its arguments is the title, only a run knows.
  if (node?.type === 'CallExpression')
    return { cells: [namingText(nodesAt(node, 'arguments'))], named: new Map() };
  return { cells: [shownLiteral(node)], named: new Map() };
}

const namingText = (nodes: readonly (SyntaxNode | null)[]): string | null =>
  nodes.map(textOf).find((text) => text !== null && faultIdsIn(text).length + scenariosIn(text).length > 0) ??
  null;

const keyOf = (property: SyntaxNode | null): string | null => {
  const key = nodeAt(property, 'key');
  return key?.type === 'Identifier' ? String(key['name']) : shownLiteral(key);
};

/**
 * `%s` and its like take the cells one after the other, `$name` the named ones, or the first cell of a row that a
 * function makes; what is not known stays.
 */
function fill(template: string, { cells, named }: Row): string {
  let next = 0;
  return template
    .replaceAll(/%[sdifjo]/g, (mark) => cells[next++] ?? mark)
    .replaceAll(/\$(\w+)/g, (mark, name: string) =>
      named.size === 0 ? (cells[next++] ?? mark) : (named.get(name) ?? mark),
    );
}
