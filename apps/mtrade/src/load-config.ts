import type { ConfigPlace, LadderCheck, ResolvedConfig } from '@mtrade/config';
import type { Command } from 'commander';
import type { Cli } from './cli.js';

/** `--config` of a command, wherever on the line it stood. */
export const configOption = (command: Command): string | null =>
  command.optsWithGlobals<{ config?: string }>().config ?? null;

export const configPlace = (cli: Cli, argvPath: string | null): ConfigPlace => ({
  argvPath,
  env: cli.env,
  cwd: cli.cwd,
  home: cli.home,
});

/** The trading rules judge each ladder while the configuration is read, so that all problems are told at once. */
async function ladderCheck(): Promise<LadderCheck> {
  const { validateLadder } = await import('@mtrade/cycle');
  return (ladder, feePct) => {
    const { errors, warnings } = validateLadder(ladder, { feePct });
    return {
      problems: errors.map((finding) => finding.message),
      warnings: warnings.map((finding) => finding.message),
    };
  };
}

export async function loadConfig(cli: Cli, command: Command): Promise<ResolvedConfig> {
  const [{ nodeConfigFs, resolveConfig }, checkLadder] = await Promise.all([
    import('@mtrade/config'),
    ladderCheck(),
  ]);
  return resolveConfig(configPlace(cli, configOption(command)), { fs: nodeConfigFs, checkLadder });
}
