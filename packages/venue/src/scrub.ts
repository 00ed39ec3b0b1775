import { Scrubber } from '@mtrade/log';

const SIGNED_FIELDS = /\b(signature|sign|key|apikey|secret)(["']?\s*[=:]\s*["']?)[A-Za-z0-9+/=_%-]{8,}/gi;

/**
 * Removes secrets from text that may be shown, by value in every form that the log knows, and by the usual names of
 * signed fields. Whoever builds an error or a log line from foreign text passes it through here first: other threads,
 * and the books, get it without knowing what to look for.
 */
export function createScrubber(secrets: readonly string[]): (text: string) => string {
  const scrubber = new Scrubber();
  for (const secret of secrets) scrubber.register(secret);
  return (text) =>
    scrubber
      .scrub(text)
      .replace(SIGNED_FIELDS, (_, name: string, separator: string) => `${name}${separator}***`);
}
