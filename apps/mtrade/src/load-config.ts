import { isMtradeError, MtradeError } from '@mtrade/base';
import type { ConfigPlace, DataDirectory, LadderCheck, MtradeConfig, ResolvedConfig } from '@mtrade/config';
import type { Command } from 'commander';
import { statSync } from 'node:fs';
import type { Cli } from './cli.js';
import type { Purpose } from './guessed-home.js';

/** `--config` of a command, wherever on the line it stood. */
export const configOption = (command: Command): string | null =>
  command.optsWithGlobals<{ config?: string }>().config ?? null;

/** `--data-dir` of a command, wherever on the line it stood. */
export const dataDirOption = (command: Command): string | undefined =>
  command.optsWithGlobals<{ dataDir?: string }>().dataDir;

export const configPlace = (cli: Cli, argvPath: string | null, argvDataDir?: string): ConfigPlace => ({
  argvPath,
  ...(argvDataDir !== undefined && { argvDataDir }),
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
  requireDirectory(resolved.config.dataDir);
  return resolved;
}

function requireDirectory(dataDir: string): void {
  const why = notADirectory(dataDir);
  if (why !== null)
    throw new MtradeError('MTRADE_CONFIG', `data_dir: ${why}; name a directory that mtrade may make or own`, {
      key: 'data_dir',
    });
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
  return resolveConfig(placeOf(cli, command), { fs: nodeConfigFs, checkLadder });
}

const placeOf = (cli: Cli, command: Command): ConfigPlace =>
  configPlace(cli, configOption(command), dataDirOption(command));

/** Where an engine keeps its books and listens, and as what it was configured if that can be known. */
export interface EngineHome {
  /** Absolute. */
  readonly dataDir: string;
  /** Null: the configuration cannot be used. */
  readonly config: MtradeConfig | null;
  readonly resolved: ResolvedConfig | null;
}

/**
 * For every command that speaks to a running engine or reads its books: whoever has to stop an engine must be able to,
 * whatever has become of the file. One line says what is wrong with it and where the engine is looked for instead.
 * Throws MTRADE_CONFIG where the data directory itself can be none, or is a guess that is not good enough for `purpose`.
 */
export async function engineHome(cli: Cli, command: Command, purpose: Purpose): Promise<EngineHome> {
  try {
    const resolved = await loadConfig(cli, command);
    const { config } = resolved;
    return { dataDir: config.dataDir, config, resolved };
  } catch (error) {
    if (!isUnusable(error)) throw error;
    const found = await locate(cli, command);
    const { path, namedBy, isGuess } = found;
    if (isGuess) await (await import('./guessed-home.js')).refuseGuess(purpose, found, inOneLine(error));
    requireDirectory(path);
    const named = isGuess ? `${namedBy}, a guess` : namedBy;
    cli.note(`warning: ${inOneLine(error)}; going on with the data directory ${path} (${named})`);
    return { dataDir: path, config: null, resolved: null };
  }
}

/** The data directory, from as much of the configuration as can be read. */
export async function locate(cli: Cli, command: Command): Promise<DataDirectory> {
  const { locateDataDir, nodeConfigFs } = await import('@mtrade/config');
  return locateDataDir(placeOf(cli, command), nodeConfigFs);
}

/** Why a configuration cannot be used: it is wrong, gone, or not for this user to read. */
export const isUnusable = (error: unknown): error is MtradeError =>
  isMtradeError(error, 'MTRADE_CONFIG') || isMtradeError(error, 'MTRADE_PERMISSION');

function inOneLine({ message }: MtradeError): string {
  const [first = '', ...more] = message.split('\n');
  return more.length === 0 ? first : `${first} (and ${more.length} more: mtrade config check)`;
}
