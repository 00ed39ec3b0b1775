/**
 * What can go wrong between an exchange and its client, as data. Each kind has one sentence in `REST_FAULTS` or
 * `WS_FAULTS`; a kind without one does not compile. Times are milliseconds, sizes are bytes.
 */
export type RestFault =
  | { readonly kind: 'delay-before'; readonly ms: number }
  | { readonly kind: 'delay-after'; readonly ms: number }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'hide-recent'; readonly ms: number }
  | { readonly kind: 'rewrite'; readonly set: Readonly<Record<string, unknown>> }
  | { readonly kind: 'drop'; readonly process: boolean; readonly reset?: boolean }
  | { readonly kind: 'silence'; readonly process: boolean }
  | { readonly kind: 'stall-body'; readonly bytes?: number }
  | { readonly kind: 'truncate-body'; readonly bytes?: number }
  | { readonly kind: 'long-content-length'; readonly extraBytes?: number }
  | { readonly kind: 'empty-body'; readonly process: boolean; readonly status?: number }
  | { readonly kind: 'html'; readonly process: boolean; readonly status?: number }
  | {
      readonly kind: 'error';
      readonly process: boolean;
      readonly status: number;
      readonly label?: string;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'redirect'; readonly status?: number; readonly location?: string };

export const MALFORMED_VARIANTS = [
  'cut-json',
  'empty',
  'not-a-number',
  'overflow',
  'negative',
  'wrong-types',
  'binary',
  'invalid-utf8',
  'fragments',
] as const;
export type MalformedVariant = (typeof MALFORMED_VARIANTS)[number];

export type WsFault =
  | { readonly kind: 'refuse-connection'; readonly status?: number }
  | { readonly kind: 'refuse-subscription'; readonly code?: number; readonly message?: string }
  | { readonly kind: 'forget-subscription' }
  | { readonly kind: 'silence' }
  | { readonly kind: 'drop-socket' }
  | { readonly kind: 'close-socket'; readonly code?: number; readonly reason?: string }
  | { readonly kind: 'swallow' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'reorder' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'rewrite'; readonly set: Readonly<Record<string, unknown>> }
  | { readonly kind: 'malformed'; readonly variant?: MalformedVariant }
  | { readonly kind: 'huge'; readonly bytes?: number };

export type Fault = RestFault | WsFault;

/** `process` in a fault: true = the request takes effect first and only its answer is lost or wrong. */
export const REST_FAULTS: Record<RestFault['kind'], string> = {
  'delay-before': 'the request arrives late: expiry is judged after the delay',
  'delay-after': 'the request takes effect at once, the answer comes late',
  duplicate: 'the request is processed twice, as by a proxy that replays it; the second answer goes out',
  'hide-recent': 'orders and trades younger than `ms` are missing from this answer',
  rewrite: 'fields of the answer (of each row of a list) are replaced by those of `set`',
  drop: 'the socket is closed without an answer; `reset` sends a TCP reset',
  silence: 'no answer ever, the socket stays open',
  'stall-body': 'the headers and the first `bytes` of the body, then silence; the request took effect',
  'truncate-body': 'a complete HTTP answer whose JSON ends after `bytes`; the request took effect',
  'long-content-length':
    'Content-Length promises `extraBytes` more than come, then the socket closes; it took effect',
  'empty-body': 'the given status (default 201) with no body',
  html: 'a page of HTML, as from a firewall or captive portal (default status 200)',
  error: 'the given status, with an error label as JSON, or as HTML when there is no label',
  redirect: 'a redirect to `location`; the request has no effect',
};

export const WS_FAULTS: Record<WsFault['kind'], string> = {
  'refuse-connection': 'the upgrade is answered by `status` (default 503)',
  'refuse-subscription': 'the subscription is answered by an error (default code 2)',
  'forget-subscription': 'the subscription is acknowledged and never served',
  silence: 'the socket stays open and nothing more is sent on it, not even an answer to a ping',
  'drop-socket': 'the TCP connection is cut without a close frame',
  'close-socket': 'a proper close frame with `code` (default 1001)',
  swallow: 'the frame is not sent: a stalled symbol, a gap in a sequence',
  delay: 'the frame is sent `ms` later; frames after it are not held back',
  duplicate: 'the frame is sent twice',
  reorder: 'the frame is sent after the next one of its socket',
  stale: 'the first frame that the rule saw for the same channel and symbol is sent in its place',
  rewrite: 'fields of the result (of each row of a list) are replaced by those of `set`',
  malformed: 'the frame is replaced by something that no parser should accept',
  huge: 'a valid frame of `bytes` (default 2 MiB) is sent in its place',
};
