import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { MtradeError } from '@mtrade/base';
import { type Logger, registerSecret } from '@mtrade/log';
import { readPrivateFile, writePrivateFile } from './private-file.js';

export const TOKEN_FILE = 'control.token';
/** Looks at everything and changes nothing: for Grafana, a second screen, a phone. */
export const READ_TOKEN_FILE = 'read.token';
const TOKEN_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{43,128}$/;

/** A bearer token of this data directory: 256 random bits, made at the first start and kept. No output may say it. */
export function loadOrCreateToken(dataDir: string, file: string, log: Logger): string {
  const token = loadOrCreate(dataDir, file, log);
  registerSecret(token);
  return token;
}

function loadOrCreate(dataDir: string, file: string, log: Logger): string {
  const path = join(dataDir, file);
  const text = readPrivateFile(path, 4_096, log);
  if (text === null) {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    writePrivateFile(path, `${token}\n`);
    return token;
  }
  const token = text.trim();
  if (!TOKEN.test(token)) {
    const advice = 'Delete the file; the next start makes a new token.';
    throw new MtradeError('MTRADE_PERMISSION', `${path} holds no usable token. ${advice}`, { path });
  }
  return token;
}
