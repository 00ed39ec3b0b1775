import type { Random } from '../simulation/random.js';

/** JSON as a tree whose leaves are raw text, so that it can say what JSON.stringify never would. */
export type Tree =
  | { readonly kind: 'raw'; text: string }
  | { readonly kind: 'list'; readonly items: Tree[] }
  | { readonly kind: 'object'; readonly entries: [key: string, value: Tree][] };

const raw = (text: string): Tree => ({ kind: 'raw', text });

export function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(treeOf) };
  if (typeof value === 'object' && value !== null)
    return { kind: 'object', entries: Object.entries(value).map(([key, one]) => [key, treeOf(one)]) };
  return raw(JSON.stringify(value) ?? 'null');
}

export function render(tree: Tree): string {
  if (tree.kind === 'raw') return tree.text;
  if (tree.kind === 'list') return `[${tree.items.map(render).join(',')}]`;
  return `{${tree.entries.map(([key, value]) => `${JSON.stringify(key)}:${render(value)}`).join(',')}}`;
}

/** Values that have broken programs before: numbers, texts, and what stands where neither belongs. */
const NUMBERS = [
  'NaN', 'Infinity', '-Infinity', '1e999', '-1e999', '-0', '0', '-1', '1e-400', '0.1', '1.0', '1e3', '00012', '+1', '.5', '5.',
  '9007199254740991', '9007199254740993', '18446744073709551616', '-9223372036854775809', '0x10', '1_000',
]; // prettier-ignore
const TEXTS = [
  '', ' ', '0', '0.0', '-0', '-1', 'NaN', 'nan', 'inf', 'Infinity', '1e999', '1e-7', '1E5', '.5', '5.', '+5', ' 5', '5 ', '5,0', '٣',
  '0x10', '007', '1.10', '99999999999999999999999999999', '0.00000000000000000000000000000000000000001', '\u0000', '\ud800',
  '__proto__', 'constructor', 'toString', '../../etc/passwd', '%2e%2e%2f', '<script>', '\u202e', '\r\nX: y', '{}', 'null', 'true',
]; // prettier-ignore
const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'length',
  '',
  '\u0000',
  'id',
  'then',
];

const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => String(random.below(10))).join('');

function hostile(random: Random): Tree {
  switch (random.below(8)) {
    case 0:
      return raw(random.pick(NUMBERS));
    case 1:
    case 2:
      return raw(JSON.stringify(random.pick(TEXTS)));
    case 3:
      return raw(random.pick(['null', 'true', 'false', '[]', '{}', '""', 'undefined', '']));
    case 4:
      return raw(digits(random, 1 + random.below(60)));
    case 5:
      return raw(
        JSON.stringify(`${digits(random, 1 + random.below(50))}.${digits(random, 1 + random.below(50))}`),
      );
    case 6:
      return nested(random, 1 + random.below(random.chance(0.1) ? 3_000 : 12));
    default:
      return raw(JSON.stringify('A'.repeat(1 << random.below(12))));
  }
}

function nested(random: Random, depth: number): Tree {
  const [open, close] = random.chance(0.5) ? ['[', ']'] : ['{"a":', '}'];
  return raw(`${open.repeat(depth)}1${close.repeat(depth)}`);
}

/** Every place where a value stands, with how to put another there. */
function placesOf(
  tree: Tree,
): { readonly value: Tree; readonly set: (value: Tree) => void; readonly parent: Tree }[] {
  const places: { value: Tree; set: (value: Tree) => void; parent: Tree }[] = [];
  const walk = (parent: Tree): void => {
    if (parent.kind === 'list')
      parent.items.forEach((value, i) => {
        places.push({ value, set: (one) => (parent.items[i] = one), parent });
        walk(value);
      });
    if (parent.kind === 'object')
      for (const entry of parent.entries) {
        places.push({ value: entry[1], set: (one) => (entry[1] = one), parent });
        walk(entry[1]);
      }
  };
  walk(tree);
  return places;
}

/** Changes one to four things of the tree's structure or values. */
export function mutateTree(tree: Tree, random: Random): void {
  for (let count = 1 + random.below(4); count > 0; count -= 1) {
    const places = placesOf(tree);
    if (places.length === 0) return;
    const place = random.pick(places);
    const { parent } = place;
    switch (random.below(8)) {
      case 0:
        // As text: a tree must not come to hold itself.
        place.set(raw(render(random.pick(places).value)));
        break;
      case 1:
        // Text becomes a number and a number text.
        if (place.value.kind === 'raw')
          place.set(
            raw(
              place.value.text.startsWith('"')
                ? place.value.text.slice(1, -1)
                : JSON.stringify(place.value.text),
            ),
          );
        break;
      case 2:
        if (parent.kind === 'object') parent.entries.splice(random.below(parent.entries.length), 1);
        else if (parent.kind === 'list') parent.items.splice(random.below(parent.items.length), 1);
        break;
      case 3:
        if (parent.kind === 'object') parent.entries.push([random.pick(parent.entries)[0], hostile(random)]);
        else if (parent.kind === 'list')
          for (let copies = random.below(6); copies > 0; copies -= 1)
            parent.items.push(raw(render(place.value)));
        break;
      case 4:
        if (parent.kind === 'object') random.pick(parent.entries)[0] = random.pick(KEYS);
        break;
      default:
        place.set(hostile(random));
    }
  }
}

/** Changes some bytes: flipped, put in, taken out, repeated, cut off. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  let out = Buffer.from(bytes);
  for (let count = 1 + random.below(4); count > 0; count -= 1) {
    const at = random.below(out.length + 1);
    const end = Math.min(out.length, at + random.below(1 << random.below(8)));
    switch (random.below(6)) {
      case 0:
        if (at < out.length) out[at] = (out[at] as number) ^ (1 << random.below(8));
        break;
      case 1:
        out = Buffer.concat([
          out.subarray(0, at),
          Buffer.from([random.below(256), random.below(256)]),
          out.subarray(at),
        ]);
        break;
      case 2:
        out = Buffer.concat([out.subarray(0, at), out.subarray(end)]);
        break;
      case 3:
        out = Buffer.concat([out.subarray(0, end), out.subarray(at)]);
        break;
      case 4:
        out = out.subarray(0, at);
        break;
      default:
        out = Buffer.concat([
          out.subarray(0, at),
          Buffer.from(random.pick([...TEXTS, ...NUMBERS])),
          out.subarray(at),
        ]);
    }
  }
  return out;
}

/** One sample as text that is right, wrong in its values or shape, or wrong in its bytes. */
export function mutateJson(sample: unknown, random: Random): Buffer {
  const tree = treeOf(sample);
  const how = random.below(10);
  if (how > 0) mutateTree(tree, random);
  const text = Buffer.from(render(tree));
  return how > 7 ? mutateBytes(text, random) : text;
}

/** Text in which some tokens are others. */
export function mutateText(text: string, random: Random): string {
  const tokens = text.split(/(?<=[\s=[\]{},:"./_-])/);
  for (let count = 1 + random.below(4); count > 0; count -= 1) {
    const at = random.below(tokens.length);
    switch (random.below(5)) {
      case 0:
        tokens.splice(at, 1);
        break;
      case 1:
        tokens.splice(at, 0, random.pick(tokens));
        break;
      case 2:
        tokens[at] = random.pick(NUMBERS);
        break;
      case 3:
        tokens[at] = random.pick(KEYS);
        break;
      default:
        tokens[at] = random.pick(TEXTS);
    }
    if (tokens.length === 0) return '';
  }
  return tokens.join('');
}
