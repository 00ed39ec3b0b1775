import { MtradeError } from '@mtrade/base';
import { join } from 'node:path';
import type { Mode } from './document.js';

export interface Secrets {
  readonly apiKey: string;
  readonly apiSecret: string;
}

export interface SecretFile {
  readonly isRegular: boolean;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly text: string;
}

export interface SecretFs {
  /** Throws Node's error; ELOOP when the path is a symbolic link. */
  readonly readSecretFile: (path: string) => SecretFile;
  /** Null where the system has no user ids. */
  readonly uid: number | null;
}

export interface LoadedSecrets {
  /** Null in paper mode: nothing is read there. */
  readonly secrets: Secrets | null;
  readonly warnings: readonly string[];
}

export interface SecretNames {
  readonly variable: string;
  readonly credential: string;
}

/** Testnet has names of its own, so a live key is never even looked at in test mode (scenario 61). */
const NAMES: Readonly<Record<Exclude<Mode, 'paper'>, readonly [SecretNames, SecretNames]>> = {
  live: [
    { variable: 'MTRADE_API_KEY', credential: 'mtrade-api-key' },
    { variable: 'MTRADE_API_SECRET', credential: 'mtrade-api-secret' },
  ],
  testnet: [
    { variable: 'MTRADE_TESTNET_API_KEY', credential: 'mtrade-testnet-api-key' },
    { variable: 'MTRADE_TESTNET_API_SECRET', credential: 'mtrade-testnet-api-secret' },
  ],
};

const refuse = (name: string, message: string, cause?: unknown): MtradeError =>
  new MtradeError('MTRADE_SECRET_MISSING', `${name}: ${message}`, { name }, { cause });

function checked(name: string, source: string, text: string): string {
  const secret = text.replace(/^\uFEFF/, '').trim();
  if (secret === '') throw refuse(name, `${source} is empty`);
  // A key is one word. Anything else was pasted wrong and would only fail later as a bad signature.
  if (!/^[\x21-\x7e]{1,512}$/.test(secret))
    throw refuse(name, `${source} must hold one word of printable ASCII (no spaces, no line breaks inside)`);
  return secret;
}

function readFile(name: string, path: string, fs: SecretFs, strict: boolean): string | null {
  let file: SecretFile;
  try {
    file = fs.readSecretFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' && !strict) return null;
    const reason =
      code === 'ELOOP' || code === 'EMLINK'
        ? 'is a symbolic link; name the file itself'
        : `cannot be read (${code})`;
    throw refuse(name, `${path} ${reason}`, error);
  }
  if (!file.isRegular) throw refuse(name, `${path} is no regular file`);
  if (strict && (file.mode & 0o077) !== 0)
    throw refuse(
      name,
      `${path} can be read by others (mode ${file.mode.toString(8).padStart(4, '0')}); run: chmod 600 ${path}`,
    );
  if (strict && fs.uid !== null && file.uid !== fs.uid)
    throw refuse(
      name,
      `${path} belongs to user id ${file.uid}, not to ${fs.uid} who runs mtrade; change its owner`,
    );
  return checked(name, path, file.text);
}

export type SecretEnv = Record<string, string | undefined>;

/** From a systemd credential, else a private file, else the environment. Throws MTRADE_SECRET_MISSING. */
export function loadOne(
  { variable, credential }: SecretNames,
  env: SecretEnv,
  fs: SecretFs,
  warnings: string[],
): string {
  const tried: string[] = [];
  const credentialsDir = env['CREDENTIALS_DIRECTORY'];
  if (credentialsDir !== undefined && credentialsDir !== '') {
    const path = join(credentialsDir, credential);
    // systemd made this directory for the service alone; its modes are systemd's business.
    const secret = readFile(variable, path, fs, false);
    if (secret !== null) return secret;
    tried.push(path);
  } else tried.push(`systemd credential ${credential}`);

  const file = env[`${variable}_FILE`];
  if (file !== undefined && file !== '') return readFile(variable, file, fs, true) ?? '';
  tried.push(`${variable}_FILE`);

  const text = env[variable];
  if (text !== undefined) {
    warnings.push(
      `${variable} came from the environment, which other programs of this user can read; prefer ${variable}_FILE`,
    );
    return checked(variable, `environment variable ${variable}`, text);
  }
  tried.push(`environment variable ${variable}`);
  throw refuse(variable, `no secret found; tried ${tried.join(', ')}`);
}

/**
 * The account's keys, from systemd credentials, else a private file, else the environment. Every secret is removed
 * from `env` whatever the mode, so no child process and no crash report can inherit it.
 */
export function loadSecrets({ mode, env, fs }: { mode: Mode; env: SecretEnv; fs: SecretFs }): LoadedSecrets {
  const warnings: string[] = [];
  try {
    if (mode === 'paper') return { secrets: null, warnings };
    const [key, secret] = NAMES[mode];
    return {
      secrets: { apiKey: loadOne(key, env, fs, warnings), apiSecret: loadOne(secret, env, fs, warnings) },
      warnings,
    };
  } finally {
    for (const { variable } of [...NAMES.live, ...NAMES.testnet]) delete env[variable];
  }
}
