import { Argument, type Command } from 'commander';
import { APP_DIRECTORY } from '../app-directory.js';
import type { Cli } from '../cli.js';
import { configPlace } from '../load-config.js';
import { prose } from '../render/columns.js';

const HELP = `
What to write into the start-up file of the shell:
  bash, in ~/.bashrc
    eval "$(mtrade completion bash)"
  zsh, in ~/.zshrc after compinit
    source <(mtrade completion zsh)
  fish, in ~/.config/fish/config.fish
    mtrade completion fish | source
  powershell, in $PROFILE
    mtrade completion powershell | Out-String | Invoke-Expression
The shell must know a command named mtrade: docs/operations.md shows how to make one.`;

/** The pairs of the configuration that the words on the line would run with; none where it cannot be read. */
async function configuredPairs(cli: Cli, words: readonly string[]): Promise<readonly string[]> {
  const { nodeConfigFs, resolveConfig } = await import('@mtrade/config');
  const at = words.indexOf('--config');
  const argvPath = at === -1 ? null : (words[at + 1] ?? null);
  try {
    const { config } = resolveConfig(configPlace(cli, argvPath), { fs: nodeConfigFs });
    return config.pairs.map(({ symbol }) => symbol);
  } catch {
    return [];
  }
}

/** `commands` makes the whole program anew, without these two: its tree is what is completed. */
export function addCompletionCommands(program: Command, cli: Cli, commands: () => Command): void {
  program
    .command('completion')
    .description('print the completion script of a shell: commands, options and pairs by the Tab key')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish', 'powershell']))
    .addHelpText('after', () => prose(HELP, cli.out.columns()))
    .action(async (shell: string) => {
      const [{ printScript, SHELLS }, { fileURLToPath }] = await Promise.all([
        import('../completion/scripts.js'),
        import('node:url'),
      ]);
      const known = SHELLS.find((one) => one === shell);
      const main = fileURLToPath(new URL('dist/main.js', APP_DIRECTORY));
      if (known !== undefined) printScript(known, main, cli.out.write);
    });

  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      const { printSuggestions } = await import('../completion/answer.js');
      await printSuggestions(commands(), words, () => configuredPairs(cli, words));
    });
}
