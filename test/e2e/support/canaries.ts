import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const PART_LENGTH = 12;

/** Every way in which a secret may be written down by accident. */
export function formsOf(secret: string): ReadonlyMap<string, string> {
  const bytes = Buffer.from(secret, 'utf8');
  return new Map([
    ['raw', secret],
    ['hex', bytes.toString('hex')],
    ['HEX', bytes.toString('hex').toUpperCase()],
    // Without the padding, which the text after it may swallow.
    ['base64', bytes.toString('base64').replace(/=+$/, '')],
    ['base64url', bytes.toString('base64url')],
    ['url', encodeURIComponent(secret)],
    ['JSON', JSON.stringify(secret).slice(1, -1)],
    ['JSON in JSON', JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1)],
  ]);
}

/** What a run has left or said, by name. */
export class Artefacts {
  readonly #contents = new Map<string, string>();

  /** Bytes as latin1: whatever lies in them stays to be found. */
  add(name: string, content: string | Buffer): void {
    const text = typeof content === 'string' ? content : content.toString('latin1');
    this.#contents.set(name, `${this.#contents.get(name) ?? ''}${text}`);
  }

  /** Every file below the directory. */
  addFiles(directory: string): void {
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) this.add(`file ${relative(directory, path)}`, readFileSync(path));
    }
  }

  get names(): readonly string[] {
    return [...this.#contents.keys()];
  }

  get bytes(): number {
    return [...this.#contents.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** `file mtrade.db-wal: api secret as hex, after "...40 characters before it"`, one for each find. */
  finds(secrets: Readonly<Record<string, string>>): readonly string[] {
    return Object.entries(secrets).flatMap(([name, secret]) =>
      // A part is what is left where a text was cut before it was looked through.
      [...formsOf(secret), ['a part', secret.slice(0, PART_LENGTH)] as const].flatMap(([form, text]) =>
        Array.from(this.#contents).flatMap(([where, content]) => {
          const at = content.indexOf(text);
          if (at === -1) return [];
          return [
            `${where}: ${name} as ${form}, after ${JSON.stringify(content.slice(Math.max(0, at - 60), at))}`,
          ];
        }),
      ),
    );
  }
}
