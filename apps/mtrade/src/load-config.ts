import { MtradeError } from '@mtrade/base';
import type { ConfigPlace, LadderCheck, ResolvedConfig } from '@mtrade/config';
import type { Command } from 'commander';
import { statSync } from 'node:fs';
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
export async function ladderCheck(): Promise<LadderCheck> {
  const { validateLadder } = await import('@mtrade/cycle');
  return (ladder, feePct) => {
    const { errors, warnings } = validateLadder(ladder, { feePct });
    return {
      problems: errors.map((finding) => finding.message),
      warnings: warnings.map((finding) => finding.message),
    };
  };
}

/** The configuration in force, whose data directory may be one. Throws MTRADE_CONFIG with a line for each problem. */
export async function loadConfig(cli: Cli, command: Command): Promise<ResolvedConfig> {
  const resolved = await readConfig(cli, command);
  const why = notADirectory(resolved.config.dataDir);
  if (why !== null)
    throw new MtradeError('MTRADE_CONFIG', `data_dir: ${why}; name a directory that mtrade may make or own`, {
      key: 'data_dir',
    });
  return resolved;
}

/** Why nothing can lie in that directory, or null. Whether it may be written is another question. */
export function notADirectory(path: string): string | null {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat === undefined || stat.isDirectory() ? null : `${path} is a file and no directory`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR' ? `${path} lies below a file` : null;
  }
}

/** As `loadConfig`, whatever lies at the data directory. */
export async function readConfig(cli: Cli, command: Command): Promise<ResolvedConfig> {
  const [{ nodeConfigFs, resolveConfig }, checkLadder] = await Promise.all([
    import('@mtrade/config'),
    ladderCheck(),
  ]);
  return resolveConfig(configPlace(cli, configOption(command)), { fs: nodeConfigFs, checkLadder });
}
