import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COUNTERS } from '@mtrade/board';
import { WAIT_WORDS } from '@mtrade/cycle';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const documents = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter(
  (path) => path.endsWith('.md'),
);

describe('documents', () => {
  test.each(documents)('%s links only to files that exist', (path) => {
    const targets = [...read(path).matchAll(/\]\(([^)#]+?)(?:#[^)]*)?\)/g)]
      .map((match) => match[1] ?? '')
      .filter((target) => !/^[a-z]+:/.test(target));

    expect(targets.filter((target) => !existsSync(join(root, dirname(path), target)))).toEqual([]);
  });

  test.each(documents)('%s names no folder outside of the project that only one machine has', (path) => {
    const outside = [...read(path).matchAll(/(?:\.\.\/)+([\w./-]+)/g)].filter(
      ([, target = '']) => !existsSync(join(root, target)) && !existsSync(join(root, dirname(path), target)),
    );

    expect([...outside, ...read(path).matchAll(/\/home\/\w+/g)].map(([name]) => name)).toEqual([]);
  });

  const help = read('docs/troubleshooting.md');

  test('every reason for which a pair waits is explained to its operator, with the words that it is shown with', () => {
    // What comes behind a colon or in brackets is the remedy, which the page has in a column of its own.
    const missing = Object.entries(WAIT_WORDS).filter(([reason, told]) => {
      const words = (told.split(/[:(]/)[0] ?? '').trim();
      return !help.split('\n').some((line) => line.includes(`\`${reason}\``) && line.includes(words));
    });

    expect(missing).toEqual([]);
  });

  /** Where the code calls a human, and the words of it that do not change. */
  const ATTENTION: Readonly<Record<string, readonly string[]>> = {
    'packages/cycle/src/decide.ts': ['the sale needs'],
    'packages/cycle/src/shortage.ts': ['the account holds'],
    'packages/cycle/src/protection.ts': [
      'the position is to be sold for want of a stop, and that has failed, too',
    ],
    'packages/cycle/src/late-fill.ts': ['after its end: it is booked'],
    'packages/cycle/src/settlement.ts': ['more were sold than the cycle held'],
    'packages/engine/src/closing.ts': ['two orders were found under the name'],
    'packages/engine/src/disbelieving.ts': ['that cannot be true, and nothing of it is booked'],
    'packages/engine/src/doubted-rules.ts': ['the exchange refuses its orders'],
    'packages/engine/src/findings.ts': [
      'orders or trades of this installation that the books do not know',
      'the exchange shows more of orders that have ended in the books',
    ],
    'packages/engine/src/rolling-back.ts': ['the position could not be given a stop and is being sold'],
    'packages/engine/src/stop-events.ts': [
      'has fired, and the exchange does not name the order that it placed',
    ],
    'packages/engine/src/late-fills.ts': ['a second stop of '],
    'packages/cycle/src/stop-outs.ts': ['cycles in a row were ended by their stop with a loss'],
    'packages/engine/src/reconciler.ts': ['is older than the exchange lists'],
    'packages/store/src/restored.ts': ['have not been compared with the exchange'],
  };

  test.each(Object.entries(ATTENTION))(
    'what %s wants a human for has its symptom on the page',
    (path, phrases) => {
      const code = read(path);
      for (const phrase of phrases) {
        expect(code).toContain(phrase);
        expect(help).toContain(
          phrase.startsWith('the account holds') ? '`the account holds ... the books' : phrase,
        );
      }
    },
  );

  test('nobody calls a human without a symptom on the page: every place that does is known here', () => {
    // Those that only pass on words which were made elsewhere.
    const passedOn = [
      'attention.ts',
      'process-pair.ts',
      'protecting.ts',
      'settle-sale.ts',
      'settle-late.ts',
      'compare-restored.ts',
    ];
    const sources = ['cycle', 'engine', 'store', 'runtime'].flatMap((name) =>
      readdirSync(join(root, 'packages', name, 'src'), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.ts'))
        .map((path) => join('packages', name, 'src', path)),
    );
    const calling = sources.filter(
      (path) =>
        /raiseAttention\(|type: 'attention', reason|attention: reason|SET attention = /.test(read(path)) &&
        !passedOn.some((name) => path.endsWith(`/${name}`)),
    );

    expect(calling.length).toBeGreaterThan(8);
    expect(calling.filter((path) => !(path in ATTENTION))).toEqual([]);
  });

  test('every counter is explained', () => {
    const text = read('docs/counters.md');

    expect(COUNTERS.map(([name]) => name).filter((name) => !text.includes(name))).toEqual([]);
  });
});
