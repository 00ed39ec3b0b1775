import { MtradeError } from '@mtrade/base';
import { type LadderCheck, type ResolvedConfig, resolveConfig } from '@mtrade/config';

export const FILE = '/etc/test/mtrade.toml';

export interface Given {
  readonly toml?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** More files by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly checkLadder?: LadderCheck;
  readonly argvDataDir?: string;
}

const noFile = (path: string): Error => Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });

/** Resolves without a disk. `toml` is what `--config` names; without it the search order decides. */
export function resolve({ toml, env = {}, files = {}, checkLadder, argvDataDir }: Given): ResolvedConfig {
  const disk: Readonly<Record<string, string>> = toml === undefined ? files : { ...files, [FILE]: toml };
  return resolveConfig(
    {
      argvPath: toml === undefined ? null : FILE,
      ...(argvDataDir !== undefined && { argvDataDir }),
      env,
      cwd: '/cwd',
      home: '/home/trader',
    },
    {
      fs: {
        readFile: (path) => {
          const text = disk[path];
          if (text === undefined) throw noFile(path);
          return Buffer.from(text);
        },
        exists: (path) => path in disk,
      },
      ...(checkLadder === undefined ? {} : { checkLadder }),
    },
  );
}

export function refusal(given: Given): MtradeError {
  try {
    resolve(given);
  } catch (error) {
    if (error instanceof MtradeError) return error;
    throw error;
  }
  throw new Error('expected a refusal, but the configuration was accepted');
}

export const ONE_PAIR = '[[pairs]]\nsymbol = "ETH/USDT"\n';
