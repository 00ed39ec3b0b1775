/* oxlint-disable no-control-regex -- taking control characters out is what this file is for */
// Written with escapes on purpose: a source file must not contain what it removes.
const ESCAPE_SEQUENCE =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]/g;
// From the beginning of a run of blanks only: tried from each of them, a long run would take for ever (S20).
const LINE_BREAKS = /(?<!\s)\s*[\r\n\u2028\u2029]\s*/g;
// C0 but tab, DEL, C1, and the marks that turn the direction of text around.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/**
 * Foreign text (an exchange's message, a file name) made safe for one line of a terminal or a log: no escape codes, no
 * line breaks, no direction marks, at most `maxLength` characters (S15, S16).
 */
export function cleanText(text: string, maxLength = 2_000): string {
  const short = text.length > maxLength ? `${text.slice(0, maxLength)}...` : text;
  return short.replace(ESCAPE_SEQUENCE, '').replace(LINE_BREAKS, ' ').replace(CONTROL, '');
}
