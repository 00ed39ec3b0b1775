import { MtradeError } from '@mtrade/base';
import { loadSecrets, nodeSecretFs, type SecretFile, type SecretFs } from '@mtrade/config';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const UID = 1000;

function disk(files: Readonly<Record<string, Partial<SecretFile>>>): SecretFs {
  return {
    uid: UID,
    readSecretFile: (path) => {
      const file = files[path];
      if (file === undefined) throw Object.assign(new Error('no file'), { code: 'ENOENT' });
      return { isRegular: true, mode: 0o600, uid: UID, text: 'x', ...file };
    },
  };
}

function refusal(run: () => unknown): MtradeError {
  try {
    run();
  } catch (error) {
    if (error instanceof MtradeError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

const inEnv = () => ({ MTRADE_API_KEY: 'key-1', MTRADE_API_SECRET: 'secret-1' });
const inFiles = () => ({ MTRADE_API_KEY_FILE: '/k', MTRADE_API_SECRET_FILE: '/s' });

describe('where secrets come from', () => {
  test('systemd credentials come before files before the environment', () => {
    const fs = disk({
      '/cred/mtrade-api-key': { text: 'cred-key\n', mode: 0o440, uid: 0 },
      '/cred/mtrade-api-secret': { text: 'cred-secret', mode: 0o440, uid: 0 },
      '/k': { text: 'file-key\n' },
      '/s': { text: 'file-secret\r\n' },
    });
    const load = (env: Record<string, string>) => loadSecrets({ mode: 'live', env, fs }).secrets;

    expect(load({ ...inEnv(), ...inFiles(), CREDENTIALS_DIRECTORY: '/cred' })).toEqual({
      apiKey: 'cred-key',
      apiSecret: 'cred-secret',
    });
    expect(load({ ...inEnv(), ...inFiles() })).toEqual({ apiKey: 'file-key', apiSecret: 'file-secret' });
    expect(load(inEnv())).toEqual({ apiKey: 'key-1', apiSecret: 'secret-1' });
  });

  test('the environment is warned about and emptied, in every mode', () => {
    const env: Record<string, string> = { ...inEnv(), MTRADE_TESTNET_API_KEY: 't' };

    const { warnings } = loadSecrets({ mode: 'live', env, fs: disk({}) });

    expect(warnings).toHaveLength(2);
    expect(warnings.join()).not.toContain('secret-1');
    expect(env).toEqual({});
    const paper: Record<string, string> = inEnv();
    expect(loadSecrets({ mode: 'paper', env: paper, fs: disk({}) }).secrets).toBeNull();
    expect(paper).toEqual({});
  });

  test('testnet mode never takes a live key (scenario 61)', () => {
    const error = refusal(() => loadSecrets({ mode: 'testnet', env: inEnv(), fs: disk({}) }));

    expect(error.code).toBe('MTRADE_SECRET_MISSING');
    expect(error.message).toContain('MTRADE_TESTNET_API_KEY');
    const env = { MTRADE_TESTNET_API_KEY: 'a', MTRADE_TESTNET_API_SECRET: 'b', ...inEnv() };
    expect(loadSecrets({ mode: 'testnet', env, fs: disk({}) }).secrets).toEqual({
      apiKey: 'a',
      apiSecret: 'b',
    });
  });
});

describe('a secret that cannot be used is refused with exit 78 (C04, S07)', () => {
  const both = (key: Partial<SecretFile>) => disk({ '/k': key, '/s': { text: 'ok' } });

  test.each<[string, Record<string, string>, SecretFs, RegExp]>([
    [
      'missing',
      {},
      disk({}),
      /MTRADE_API_KEY: no secret found; tried .*credential.*MTRADE_API_KEY_FILE.*environment/,
    ],
    ['half missing', { MTRADE_API_KEY: 'k' }, disk({}), /MTRADE_API_SECRET: no secret found/],
    ['empty', { MTRADE_API_KEY: ' \n', MTRADE_API_SECRET: 's' }, disk({}), /MTRADE_API_KEY is empty/],
    ['two lines', { MTRADE_API_KEY: 'a\nb', MTRADE_API_SECRET: 's' }, disk({}), /one word/],
    ['an empty file', inFiles(), both({ text: '\n' }), /\/k is empty/],
    ['a file that is not there', inFiles(), disk({}), /\/k cannot be read \(ENOENT\)/],
    ['a file for everybody', inFiles(), both({ mode: 0o644 }), /mode 0644\); run: chmod 600 \/k/],
    ['a file of somebody else', inFiles(), both({ uid: 0 }), /belongs to user id 0/],
    ['no regular file', inFiles(), both({ isRegular: false }), /no regular file/],
  ])('%s', (_what, env, fs, says) => {
    const error = refusal(() => loadSecrets({ mode: 'live', env, fs }));

    expect(error.exitCode).toBe(78);
    expect(error.message).toMatch(says);
  });
});

describe('on a real disk', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'mtrade-secrets-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const load = (key: string) => {
    const secret = join(directory, 'secret');
    writeFileSync(secret, 's', { mode: 0o600 });
    const env = { MTRADE_API_KEY_FILE: key, MTRADE_API_SECRET_FILE: secret };
    return loadSecrets({ mode: 'live', env, fs: nodeSecretFs });
  };

  test('a private file is read, a symbolic link to it is not (S08)', () => {
    const file = join(directory, 'key');
    const link = join(directory, 'link');
    writeFileSync(file, 'k1\n', { mode: 0o600 });
    symlinkSync(file, link);

    expect(load(file).secrets?.apiKey).toBe('k1');
    expect(refusal(() => load(link)).message).toContain('symbolic link');
    chmodSync(file, 0o640);
    expect(refusal(() => load(file)).message).toContain('chmod 600');
  });
});
