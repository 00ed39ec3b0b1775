const MASK = '[secret]';
const SIGNED_FIELDS = /\b(signature|sign|key|apikey|secret)(["']?\s*[=:]\s*["']?)[A-Za-z0-9+/=_%-]{8,}/gi;

/**
 * Removes secrets from text that may be shown, by value (plain, hex, base64, URL-encoded) and by the usual names of
 * signed fields. Whoever builds an error or a log line from foreign text passes it through here first.
 */
export function createScrubber(secrets: readonly string[]): (text: string) => string {
  const forms = secrets
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => {
      const bytes = Buffer.from(secret);
      return [
        secret,
        bytes.toString('hex'),
        bytes.toString('base64'),
        bytes.toString('base64url'),
        encodeURIComponent(secret),
      ];
    });
  return (text) =>
    forms
      .reduce((clean, form) => clean.replaceAll(form, MASK), text)
      .replace(SIGNED_FIELDS, (_, name: string, separator: string) => `${name}${separator}${MASK}`);
}
