import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { environment, mtrade, usePlace } from './cli-process.js';

const BIN = fileURLToPath(new URL('../../apps/mtrade/bin/mtrade.js', import.meta.url));
const place = usePlace();

const has = (name: string): boolean => spawnSync(name, ['-c', 'exit 0']).status === 0;

/** Three pairs, a file, and a directory whose name has a space and a quote in it. */
beforeEach(() => {
  const pairs = ['ETH/USDT', 'ETC/USDT', 'BTC/USDT'].map((symbol) => `[[pairs]]\nsymbol = "${symbol}"\n`);
  writeFileSync(join(place.directory, 'mtrade.toml'), pairs.join('\n'));
  writeFileSync(join(place.directory, 'books-of-may.db'), '');
  mkdirSync(join(place.directory, 'bin'));
  symlinkSync(BIN, join(place.directory, 'bin', 'mtrade'));
});

/** What the shell's own program prints; the built command line is called by it, as at a terminal. */
async function shell(program: string, args: readonly string[], input: string): Promise<string> {
  const env = environment(place);
  const child = spawn(program, args, {
    cwd: place.directory,
    env: { ...env, PATH: `${join(place.directory, 'bin')}${delimiter}${env['PATH']}`, TERM: 'dumb' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (out += `STDERR ${text}`));
  child.stdin.end(input);
  await new Promise((resolve) => {
    child.on('close', resolve);
  });
  return out;
}

/** Calls the registered function as bash does at a Tab at the end of each line. */
const bashInput = (lines: readonly string[]): string =>
  [
    'eval "$(mtrade completion bash)"; eval "$(mtrade completion bash)"',
    ...lines.flatMap((line) => [
      `COMP_LINE='${line.replaceAll("'", `'\\''`)}'; COMP_POINT=\${#COMP_LINE}`,
      '_mtrade_complete; printf "%s|" "${COMPREPLY[@]}"; echo',
    ]),
  ].join('\n');

const CASES: readonly (readonly [line: string, has: readonly string[], not: readonly string[]])[] = [
  ['mtrade sta', ['start', 'status'], ['stop']],
  ['mtrade status --', ['--json', '--watch', '--config'], ['--timeout']],
  ['mtrade pause ET', ['ETH/USDT', 'ETC/USDT'], ['BTC/USDT']],
  ['mtrade permit BTC/USDT ', ['on', 'off'], ['BTC/USDT']],
  ['mtrade export --pair B', ['BTC/USDT'], ['ETH/USDT']],
  ['mtrade profit --by ', ['day', 'pair'], ['BTC/USDT']],
  ['mtrade config ', ['check', 'show'], ['status']],
  ['mtrade completion f', ['fish'], ['bash']],
];

describe('completion by the Tab key', () => {
  test('in bash, without the package bash-completion, and twice evaluated', async () => {
    const out = await shell('bash', ['--norc', '--noprofile'], bashInput(CASES.map(([line]) => line)));
    const answers = out.trim().split('\n');
    expect(out).not.toContain('STDERR');
    expect(answers).toHaveLength(CASES.length);
    for (const [index, [line, wanted, unwanted]] of CASES.entries()) {
      const words = (answers[index] ?? '').split('|');
      expect([line, words]).toEqual([line, expect.arrayContaining([...wanted])]);
      expect([line, unwanted.filter((word) => words.includes(word))]).toEqual([line, []]);
    }
  }, 60_000);

  test('in bash never runs what stands on the line', async () => {
    const evil = join(place.directory, 'evil');
    const lines = [
      `mtrade pause $(touch ${evil}) `,
      `mtrade pause \`touch ${evil}\` `,
      `mtrade 'x; touch ${evil}; `,
    ];
    await shell('bash', ['--norc', '--noprofile'], bashInput(lines));
    expect(existsSync(evil)).toBe(false);
  });

  test.skipIf(!has('fish'))(
    'in fish',
    async () => {
      const lines = CASES.map(([line]) => `echo "== "(complete -C '${line}' | string join '|')`);
      const path = join(place.directory, 'play.fish');
      writeFileSync(path, `mtrade completion fish | source\n${lines.join('\n')}\n`);
      const out = await shell('fish', [path], '');
      const answers = out.trim().split('\n');
      expect(out).not.toContain('STDERR');
      expect(answers).toHaveLength(CASES.length);
      for (const [index, [line, wanted, unwanted]] of CASES.entries()) {
        const words = (answers[index] ?? '').slice(3).split('|').map((word) => word.split('\t')[0]); // prettier-ignore
        expect([line, words]).toEqual([line, expect.arrayContaining([...wanted])]);
        expect([line, unwanted.filter((word) => words.includes(word))]).toEqual([line, []]);
      }
    },
    60_000,
  );

  test.skipIf(!has('zsh'))(
    'in zsh, at a real Tab on a terminal of its own',
    async () => {
      const rc = 'autoload -U compinit; compinit -u; source <(mtrade completion zsh); PS1=READY';
      const path = join(place.directory, 'play.zsh');
      writeFileSync(
        path,
        `zmodload zsh/zpty
zpty z "zsh -f -i"
zpty -w z ${JSON.stringify(rc)}
zpty -r z out '*READY*READY*'
zpty -w -n z $'mtrade export --pair BT\\t'
zpty -r -m z out '*BTC/USDT*' && print FIRST
zpty -w -n z $'\\C-umtrade permi\\t'
zpty -r -m z out '*permit *' && print SECOND
zpty -d z
`,
      );
      const out = await shell('zsh', ['-f', path], '');
      expect(out).toContain('FIRST');
      expect(out).toContain('SECOND');
    },
    60_000,
  );

  test.each(['zsh', 'fish', 'powershell'])(
    'the script of %s names this installation, quoted',
    async (name) => {
      const { code, stdout } = await mtrade(place, ['completion', name]);
      expect(code).toBe(0);
      expect(stdout).toContain(`node '${BIN.replace(/bin\/mtrade\.js$/, 'dist/main.js')}' complete`);
    },
  );

  test('an unknown shell is refused, and broken configurations only cost the names of the pairs', async () => {
    expect(await mtrade(place, ['completion', 'tcsh'])).toMatchObject({ code: 2, stdout: '' });
    writeFileSync(join(place.directory, 'mtrade.toml'), 'mode = ');
    expect(await mtrade(place, ['complete', '--', 'pause', ''])).toEqual({
      code: 0,
      stdout: ':4\n',
      stderr: '',
    });
    expect(await mtrade(place, ['complete', '--', 'restore', ''])).toMatchObject({ stdout: ':0\n' });
  });
});
