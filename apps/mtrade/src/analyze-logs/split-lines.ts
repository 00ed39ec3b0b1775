/** Longer lines are cut: no line of ours comes near it, and memory must not depend on the input. */
export const MAX_LINE_BYTES = 256 * 1024;

const LINE_END = 0x0a;

/**
 * Lines of a byte stream, in chunks, without ever holding more than one line of `MAX_LINE_BYTES`. A longer one comes as
 * null, once.
 */
export async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<(string | null)[]> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let tooLong = false;
  const keep = (part: Buffer): void => {
    if (restBytes + part.length > MAX_LINE_BYTES) tooLong = true;
    if (tooLong) rest = [];
    // A copy: the chunk belongs to the stream.
    else if (part.length > 0) rest.push(Buffer.from(part));
    restBytes += part.length;
  };
  const take = (): string | null => {
    const line = tooLong ? null : Buffer.concat(rest).toString('utf8').replace(/\r$/, '');
    rest = [];
    restBytes = 0;
    tooLong = false;
    return line;
  };
  for await (const chunk of chunks) {
    const lines: (string | null)[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, start)) {
      keep(chunk.subarray(start, end));
      lines.push(take());
      start = end + 1;
    }
    keep(chunk.subarray(start));
    yield lines;
  }
  if (restBytes > 0) yield [take()];
}
