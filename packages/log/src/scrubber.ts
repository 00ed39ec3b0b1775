const MASK = '***';
/** Shorter values would mask ordinary words everywhere. */
const MIN_SECRET_LENGTH = 4;

const SIGNATURE = /((?:signature|sign)["']?\s*[=:]\s*["']?)[0-9a-zA-Z+/=_%-]{16,}/gi;

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Replaces every registered secret in a text, in each form it may take on its way into a message. */
export class Scrubber {
  readonly #forms = new Set<string>();
  #pattern: RegExp | null = null;

  /** Also registers the forms of hex, base64, URL, JSON, and JSON within JSON. */
  register(secret: string): void {
    if (secret.length < MIN_SECRET_LENGTH) return;
    const bytes = Buffer.from(secret, 'utf8');
    const json = inJson(secret);
    const forms = [
      secret,
      bytes.toString('hex'),
      bytes.toString('hex').toUpperCase(),
      bytes.toString('base64').replace(/=+$/, ''),
      bytes.toString('base64url'),
      encodeURIComponent(secret),
      json,
      inJson(json),
    ];
    for (const form of forms) this.#forms.add(form);
    // Longest first, so that a form that contains another one is masked whole.
    const longestFirst = [...this.#forms].sort((a, b) => b.length - a.length);
    this.#pattern = new RegExp(
      longestFirst.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'),
      'g',
    );
  }

  scrub(text: string): string {
    const masked = this.#pattern === null ? text : text.replace(this.#pattern, MASK);
    return masked.replace(SIGNATURE, `$1${MASK}`);
  }
}

/** One per thread: what is registered here is masked in every log line, printed error and API answer of the thread. */
export const threadScrubber = new Scrubber();

export const registerSecret = (secret: string): void => threadScrubber.register(secret);
export const scrubSecrets = (text: string): string => threadScrubber.scrub(text);
