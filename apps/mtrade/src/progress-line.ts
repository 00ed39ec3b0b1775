import type { Writable } from 'node:stream';

/** One line of a terminal that is written over and over; nothing at all where no person looks on. */
export interface ProgressLine {
  readonly show: (text: string) => void;
  /** Takes it away, so that something else can be printed. */
  readonly clear: () => void;
}

export function progressLine(
  stream: Writable & { readonly isTTY?: boolean; readonly columns?: number } = process.stderr,
): ProgressLine {
  if (stream.isTTY !== true) return { show: () => undefined, clear: () => undefined };
  return {
    show: (text) => void stream.write(`\r\u001b[K${text.slice(0, (stream.columns ?? 80) - 1)}`),
    clear: () => void stream.write('\r\u001b[K'),
  };
}

/** `1.2 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/** `1:02:03` or `2:03`. */
export function durationText(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
