import { isAbsolute } from 'node:path';

/** Where paper mode takes its prices from. */
export type PaperFeed =
  | { readonly kind: 'simulated' }
  | { readonly kind: 'live' }
  | { readonly kind: 'recording'; readonly path: string };

/** Longest path of a Unix socket that fits `sockaddr_un` on every system we run on, without its final zero. */
export const MAX_SOCKET_PATH_BYTES = 103;

export interface ListenAddress {
  readonly host: string;
  /** 0 asks the system for any free port. */
  readonly port: number;
}

const RECORDING = 'recording:';

export function parseFeed(raw: string): PaperFeed {
  if (raw === 'simulated' || raw === 'live') return { kind: raw };
  if (raw.startsWith(RECORDING) && raw.length > RECORDING.length)
    return { kind: 'recording', path: raw.slice(RECORDING.length) };
  throw new Error('a recording needs a path: "recording:/path/to/file-or-folder"');
}

export const feedText = (feed: PaperFeed): string =>
  feed.kind === 'recording' ? `${RECORDING}${feed.path}` : feed.kind;

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * The control API carries the right to trade, so it listens on loopback only. Elsewhere it belongs behind a tunnel or
 * a proxy with its own identity check.
 */
export function parseListen(raw: string): ListenAddress {
  const match = /^(\[[0-9a-f:]{2,39}\]|[^:]{1,255}):(\d{1,5})$/i.exec(raw);
  const [, host = '', portText = ''] = match ?? [];
  const port = Number(portText);
  if (match === null) throw new Error('the form is host:port, such as 127.0.0.1:5000');
  if (port > 65_535) throw new Error(`no port ${port}: they go from 0, which is any free one, to 65535`);
  if (!LOOPBACK.has(host))
    throw new Error(
      'only a loopback address is accepted (127.0.0.1, [::1], localhost); use a tunnel or a proxy',
    );
  return { host: host.replace(/[[\]]/g, ''), port };
}

export const listenText = ({ host, port }: ListenAddress): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

function parseUrl(raw: string, protocols: readonly string[]): URL {
  if (!URL.canParse(raw)) throw new Error('it is not a complete URL');
  const url = new URL(raw);
  if (!protocols.includes(url.protocol)) throw new Error(`it must begin with ${protocols.join('// or ')}//`);
  if (url.username !== '' || url.password !== '')
    throw new Error('it must not carry a user name or password');
  if (url.search !== '' || url.hash !== '') throw new Error('it must not carry a query or a fragment');
  return url;
}

/** Without the slash at the end, so that paths can be appended. */
export const parseRestUrl = (raw: string): string =>
  parseUrl(raw, ['http:', 'https:']).href.replace(/\/+$/, '');

export const parseWsUrl = (raw: string): string => parseUrl(raw, ['ws:', 'wss:']).href;

/** Without the slash at the end. Which addresses are allowed is judged together with `allow_private`. */
export const parseAlertUrl = (raw: string): string =>
  parseUrl(raw, ['http:', 'https:']).href.replace(/\/+$/, '');

export function parseChatId(raw: string): string {
  if (!/^(?:-?\d{1,20}|@\w{4,64})$/.test(raw)) throw new Error('it is neither a number nor an @name');
  return raw;
}

const SIZE_UNITS = { kB: 1e3, MB: 1e6, GB: 1e9 } as const;
const MIN_SIZE_BYTES = 10_000;

/** Bytes. */
export function parseSize(raw: string): number {
  const match = /^([1-9]\d{0,5}) ?(kB|MB|GB)$/.exec(raw);
  if (match === null) throw new Error('the form is a whole number and kB, MB or GB');
  const bytes = Number(match[1]) * SIZE_UNITS[match[2] as keyof typeof SIZE_UNITS];
  if (bytes < MIN_SIZE_BYTES) throw new Error('it is less than 10kB');
  return bytes;
}

export function parseDirectory(raw: string): string {
  if (raw.includes('\0')) throw new Error('it contains a NUL character');
  if (!isAbsolute(raw)) throw new Error('a relative path would mean another directory at each start');
  return raw;
}
