export type Level = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export interface LogLine {
  /** Unix ms. */
  readonly epochMs: number;
  readonly level: Level;
  readonly role: string;
  /** Null for what belongs to no pair. */
  readonly symbol: string | null;
  readonly message: string;
  /** What kind of event it is: a stable name, or the message without its numbers. */
  readonly kind: string;
}

/** `skip`: a line that belongs to the container (journald's other fields, an empty line) and is nobody's fault. */
export type Parsed = LogLine | 'malformed' | 'skip';

const LEVELS: ReadonlySet<string> = new Set(['debug', 'info', 'warn', 'error', 'fatal']);
/** A field, or the name of one whose bytes follow on the next line. */
const JOURNAL_FIELD = /^[A-Z_][A-Z0-9_]*(?:=|$)/;
const MESSAGE_FIELD = 'MESSAGE=';
/** What an engine without a screen says in plain words beside its log, and a command says on stderr. */
const OWN_TEXT =
  /(?:^|\]: )(?:mtrade \d+\.\d+\.\d+\S* is running|data \/|took over from an engine|(?:stopped\. )?(?:PAPER|TESTNET|LIVE)\b.* realized profit |(?:mtrade|warning|note): )/;
const MAX_TEXT = 300;

/**
 * One line of a log: mtrade's own JSON, the same behind a syslog or journald prefix, an object of `journalctl -o json`,
 * or a field of `journalctl -o export`.
 */
export function parseLine(line: string): Parsed {
  if (line.trim() === '') return 'skip';
  if (line.startsWith(MESSAGE_FIELD)) return fromJson(line.slice(MESSAGE_FIELD.length), true);
  if (JOURNAL_FIELD.test(line)) return 'skip';
  const start = line.indexOf('{');
  if (start !== -1) return fromJson(line.slice(start), false);
  return OWN_TEXT.test(line) ? 'skip' : 'malformed';
}

function fromJson(text: string, isExport: boolean): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Another program's message in the same journal, such as systemd's own "Started mtrade".
    return isExport && !text.startsWith('{') ? 'skip' : 'malformed';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'malformed';
  const object = value as Record<string, unknown>;
  return 'MESSAGE' in object ? fromJournal(object['MESSAGE']) : fromFields(object);
}

/** journald gives a message that is no clean text as a list of bytes. */
function fromJournal(message: unknown): Parsed {
  const text = Array.isArray(message)
    ? Buffer.from(message.filter((byte): byte is number => typeof byte === 'number')).toString('utf8')
    : message;
  if (typeof text !== 'string') return 'skip';
  return text.startsWith('{') ? fromJson(text, false) : 'skip';
}

function fromFields(fields: Record<string, unknown>): Parsed {
  const { level, time, role, symbol, msg, event, code } = fields;
  if (typeof level !== 'string' || !LEVELS.has(level)) return 'malformed';
  const epochMs = typeof time === 'string' ? Date.parse(time) : typeof time === 'number' ? time : NaN;
  if (!Number.isFinite(epochMs) || Math.abs(epochMs) > 8.64e15) return 'malformed';
  const message = cut(msg);
  const name = [event, code].find((word): word is string => typeof word === 'string' && word !== '');
  return {
    epochMs,
    level: level as Level,
    role: typeof role === 'string' ? role.slice(0, 40) : '-',
    symbol: typeof symbol === 'string' && symbol !== '' ? symbol.slice(0, 40) : null,
    message,
    kind: name === undefined ? kindOf(message) : name.slice(0, 80),
  };
}

const cut = (value: unknown): string => (typeof value === 'string' ? value.slice(0, MAX_TEXT) : '');

/** Messages that differ in numbers and names of orders only are one kind. */
const kindOf = (message: string): string =>
  message === ''
    ? '(no message)'
    : message
        .replaceAll(/\bt-m1-[a-z0-9-]+/g, '<order>')
        .replaceAll(/\d+(?:\.\d+)?/g, '#')
        .slice(0, 80);
