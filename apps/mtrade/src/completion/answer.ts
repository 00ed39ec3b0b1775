import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';

type Root = ReturnType<typeof tab>;
type Handler = (this: unknown, complete: (value: string, description: string) => void) => void;

/** What the shell does when there is no suggestion: complete file names, or nothing. */
const FILES = 0;
const NO_FILES = 4;

const FILE_VALUE = /<(?:file|dir)[.\]>]/;
const PAIR_VALUE = /<pair>/;

interface Handlers {
  readonly pair: Handler;
  readonly file: Handler;
  readonly onOff: Handler;
}

/** Of the arguments by their names, which are what the help shows. */
const argumentHandler = (name: string, { pair, file, onOff }: Handlers): Handler | undefined =>
  ({ pair, file, 'on|off': onOff })[name];

const optionHandler = (flags: string, { pair, file }: Handlers): Handler | undefined =>
  FILE_VALUE.test(flags) ? file : PAIR_VALUE.test(flags) ? pair : undefined;

/** Commands by their path: `config check`. */
function byPath(command: Command, path = ''): Map<string, Command> {
  const inner = command.commands.map((one) => [...byPath(one, `${path} ${one.name()}`.trim())]);
  return new Map([[path, command], ...inner.flat()]);
}

/** The adapter knows commands, flags and choices; what a value means is told here. */
function teach(root: Root, program: Command, handlers: Handlers): void {
  const commands = byPath(program);
  for (const [path, suggested] of [['', root] as const, ...root.commands]) {
    for (const argument of suggested.arguments.values()) {
      const handler = argumentHandler(argument.name, handlers);
      if (handler !== undefined) argument.handler = handler;
    }
    // Options of the program may stand behind every command, too.
    for (const { long, flags, description } of [...(commands.get(path)?.options ?? []), ...program.options]) {
      const handler = optionHandler(flags, handlers);
      if (handler !== undefined && long) suggested.option(long.slice(2), description, handler);
    }
  }
}

const takesPair = ({ registeredArguments, options }: Command): boolean =>
  registeredArguments.some((argument) => argument.name() === 'pair') ||
  options.some(({ flags }) => PAIR_VALUE.test(flags));

/** Is a command on the line that has to do with pairs? Only then is the configuration read, which takes a moment. */
const isAboutPairs = (program: Command, words: readonly string[]): boolean =>
  program.commands.some((command) => words.includes(command.name()) && takesPair(command));

/**
 * Prints what may stand at the last word, a line each with its description behind a tab, and last a colon with what the
 * shell is to do otherwise: the form that the scripts of `mtrade completion` read.
 */
export async function printSuggestions(
  program: Command,
  words: readonly string[],
  pairs: () => Promise<readonly string[]>,
): Promise<void> {
  const symbols = isAboutPairs(program, words) ? await pairs() : [];
  const root = tab(program, { completionCommandName: 'completion' });
  let isFile = false;
  teach(root, program, {
    pair: (complete) => {
      for (const symbol of symbols) complete(symbol, '');
    },
    file: () => {
      isFile = true;
    },
    onOff: (complete) => {
      for (const word of ['on', 'off']) complete(word, '');
    },
  });
  // The adapter never asks the shell for file names; where a file belongs, it has to.
  Object.defineProperty(root, 'directive', { get: () => (isFile ? FILES : NO_FILES), set: () => {} });
  root.parse([...words]);
}
