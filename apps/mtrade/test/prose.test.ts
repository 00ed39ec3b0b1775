import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { type Cli, createOutput, type Output } from '../src/cli.js';
import { beside, prose, wrap } from '../src/render/columns.js';
import { buildProgram } from '../src/program.js';

const MESSAGE =
  'no channel is configured; give webhook_url, telegram_chat_id or command under [alerts], or leave it';

/** What arrives at a terminal of that width, or in a pipe. */
function outputTo(stream: { readonly isTTY?: boolean; readonly columns?: number }) {
  let text = '';
  const writable = Object.assign(new PassThrough(), stream);
  writable.on('data', (more: Buffer) => (text += more.toString()));
  return { out: createOutput(writable, {}), text: () => text };
}

describe('a sentence for a person', () => {
  test('is broken between words on a terminal, and goes on two columns further in', () => {
    const { out, text } = outputTo({ isTTY: true, columns: 40 });

    out.say(`mtrade: ${MESSAGE}`);

    expect(text()).toBe(
      [
        'mtrade: no channel is configured; give',
        '  webhook_url, telegram_chat_id or',
        '  command under [alerts], or leave it',
        '',
      ].join('\n'),
    );
  });

  test('stays one line in a pipe, a log and a journal: a search must find it', () => {
    const { out, text } = outputTo({});

    out.say(`mtrade: ${MESSAGE}`);

    expect(text()).toBe(`mtrade: ${MESSAGE}\n`);
  });

  test('keeps its own lines, empty ones and their margins', () => {
    expect(prose('next:\n\n  mtrade config check\n  mtrade start --config x', 20)).toBe(
      'next:\n\n  mtrade config\n    check\n  mtrade start\n    --config x',
    );
  });

  test('leaves an address whole that is longer than the line: it is for copying', () => {
    const address = `http://127.0.0.1:5000/#token=${'x'.repeat(43)}`;

    expect(prose(`page ${address} read only`, 40).split('\n')).toEqual([
      'page',
      `  ${address}`,
      '  read only',
    ]);
  });
});

describe('wrapped lines', () => {
  test('on a screen, which would cut the rest, are never longer than it', () => {
    for (const width of [12, 20, 80])
      for (const line of wrap(`! ${'x'.repeat(200)} and ${'short words '.repeat(20)}`, width, 2))
        expect(line.length).toBeLessThanOrEqual(width);
  });

  test('count no colours', () => {
    expect(wrap('\u001b[31mred red\u001b[39m red', 11, 0)).toEqual(['\u001b[31mred red\u001b[39m red']);
  });

  test('beside a head keep its margin; in a pipe they are one line', () => {
    expect(beside('\u001b[32mok\u001b[39m  ', 'a few words that go on below', 26)).toEqual([
      '\u001b[32mok\u001b[39m  a few words that go on',
      '    below',
    ]);
    expect(beside('ok  ', 'a few words that go on', null)).toEqual(['ok  a few words that go on']);
  });
});

/** The help of every command and of every command below it, as printed to a terminal of that width. */
function helpTexts(columns: number): Map<string, string> {
  const { out: terminal } = outputTo({ isTTY: true, columns });
  let text = '';
  const out: Output = { ...terminal, write: (more) => void (text += more) };
  const cli: Cli = {
    env: {},
    cwd: '/',
    home: '/',
    version: '0.0.0',
    out,
    err: out,
    note: out.say,
    interrupted: () => new AbortController().signal,
  };
  const texts = new Map<string, string>();
  const look = (command: ReturnType<typeof buildProgram>, path: readonly string[]): void => {
    text = '';
    command.outputHelp();
    texts.set(path.join(' '), text);
    for (const below of command.commands) look(below, [...path, below.name()]);
  };
  look(buildProgram(cli), ['mtrade']);
  return texts;
}

describe('the help of every command', () => {
  const texts = helpTexts(80);

  test('is there', () => {
    expect([...texts.keys()]).toEqual(
      expect.arrayContaining(['mtrade', 'mtrade start', 'mtrade config check', 'mtrade completion']),
    );
    expect(texts.get('mtrade')).toMatch(/Exit codes: 0 ok,[^]*78 bad\s+configuration/);
    expect(texts.get('mtrade completion')).toContain('\n    source <(mtrade completion zsh)\n');
  });

  test.each([...texts.keys()])('%s: no line is longer than 80 columns', (name) => {
    expect(
      texts
        .get(name)
        ?.split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
  });
});
