/** A frame on its way to any number of sockets: built once, encoded once. */
export interface Frame {
  readonly channel: string;
  readonly symbol: string | undefined;
  readonly side: string | undefined;
  readonly text: string;
  readonly data: Buffer;
  /** A slow reader gets only the newest frame with the same key; null = must not be lost. */
  readonly replaceKey: string | null;
}

export const makeFrame = (
  channel: string,
  text: string,
  about: { readonly symbol?: string; readonly side?: string; readonly replaceKey?: string } = {},
): Frame => ({
  channel,
  symbol: about.symbol,
  side: about.side,
  text,
  data: Buffer.from(text),
  replaceKey: about.replaceKey ?? null,
});
