import { parseAst } from 'vitest/node';
import { faultIdsIn, scenariosIn } from './ids.js';
import { childrenOf, isNode, nodeAt, nodesAt, type SyntaxNode, textOf } from './source-tree.js';
import { titlesOf } from './title-rows.js';

/** A test, a group of tests whose own title names faults, or the rows of a table that have one title. */
export interface NamedEvidence {
  /** Relative to the root. */
  readonly file: string;
  /** The titles around it, the outermost first. */
  readonly path: readonly string[];
  readonly title: string;
  readonly isGroup: boolean;
  readonly faults: readonly string[];
  readonly scenarios: readonly number[];
}

const GROUPS: ReadonlySet<string> = new Set(['describe', 'suite']);
const TESTS: ReadonlySet<string> = new Set(['test', 'it']);
/** Modifiers that keep a test from running. */
const IDLE: ReadonlySet<string> = new Set(['skip', 'todo']);

/**
 * What the titles of a test file name, read from its source: no test is run and nothing of the file is executed. A
 * table's rows have titles of their own where those name something, and are one entry otherwise.
 */
export function evidenceIn(file: string, source: string): NamedEvidence[] {
  const program = parseAst(source, { lang: 'ts' }) as unknown as SyntaxNode;
  const found: NamedEvidence[] = [];
  visit(program, { file, path: [], constants: constantsOf(program), found });
  return found;
}

interface Walk {
  readonly file: string;
  readonly path: readonly string[];
  readonly constants: ReadonlyMap<string, SyntaxNode>;
  readonly found: NamedEvidence[];
}

function visit(node: SyntaxNode, walk: Walk): void {
  const call = readCall(node);
  if (call === null) {
    for (const child of childrenOf(node)) visit(child, walk);
    return;
  }
  const { kind, template, table, isIdle, body } = call;
  if (isIdle) return;
  for (const title of distinctTitles(template, table, walk.constants)) {
    note(walk, title, kind === 'group');
    if (kind === 'group' && body) visit(body, { ...walk, path: [...walk.path, title] });
  }
}

function note({ file, path, found }: Walk, title: string, isGroup: boolean): void {
  const faults = faultIdsIn(title);
  const scenarios = scenariosIn(title);
  if (faults.length > 0 || scenarios.length > 0)
    found.push({ file, path, title, isGroup, faults, scenarios });
}

/** The template, and besides it each row whose title names something that the template does not. */
function distinctTitles(
  template: string,
  table: SyntaxNode | null,
  constants: ReadonlyMap<string, SyntaxNode>,
): readonly string[] {
  const names = (title: string): string => [...faultIdsIn(title), ...scenariosIn(title)].join();
  const rows = table ? titlesOf(template, table, constants) : null;
  return [...new Set([template, ...(rows ?? []).filter((title) => names(title) !== names(template))])];
}

interface TitleCall {
  readonly kind: 'group' | 'test';
  readonly template: string;
  readonly table: SyntaxNode | null;
  readonly isIdle: boolean;
  readonly body: SyntaxNode | null;
}

/** `test('...')`, `describe.each(table)('...')`, `test.skipIf(x)('...')` and so on; null for every other call. */
function readCall(node: SyntaxNode): TitleCall | null {
  if (node.type !== 'CallExpression') return null;
  const [first = null, ...rest] = nodesAt(node, 'arguments');
  const template = textOf(first);
  const { root, modifiers, table } = readCallee(nodeAt(node, 'callee'));
  const kind = GROUPS.has(root) ? 'group' : TESTS.has(root) ? 'test' : null;
  if (kind === null || template === null || rest.length === 0) return null;
  return {
    kind,
    template,
    table,
    isIdle: modifiers.some((one) => IDLE.has(one)),
    body: rest.at(-1) ?? null,
  };
}

function readCallee(callee: SyntaxNode | null): {
  readonly root: string;
  readonly modifiers: readonly string[];
  readonly table: SyntaxNode | null;
} {
  if (callee?.type === 'Identifier') return { root: String(callee['name']), modifiers: [], table: null };
  if (callee?.type === 'MemberExpression') {
    const inner = readCallee(nodeAt(callee, 'object'));
    return { ...inner, modifiers: [...inner.modifiers, String(nodeAt(callee, 'property')?.['name'])] };
  }
  if (callee?.type !== 'CallExpression') return { root: '', modifiers: [], table: null };
  const inner = readCallee(nodeAt(callee, 'callee'));
  const isTable = ['each', 'for'].includes(inner.modifiers.at(-1) ?? '');
  return { ...inner, table: isTable ? (nodesAt(callee, 'arguments')[0] ?? null) : inner.table };
}

/** `const NAME = ...` anywhere in the file. */
function constantsOf(program: SyntaxNode): ReadonlyMap<string, SyntaxNode> {
  const found = new Map<string, SyntaxNode>();
  const look = (node: SyntaxNode): void => {
    const id = nodeAt(node, 'id');
    const init = node['init'];
    if (node.type === 'VariableDeclarator' && id?.type === 'Identifier' && isNode(init))
      found.set(String(id['name']), init);
    for (const child of childrenOf(node)) look(child);
  };
  look(program);
  return found;
}
