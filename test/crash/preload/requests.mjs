// Points of every request to the exchange: undici itself tells of them. Orders have a point more: half of the request is
// on the wire, and no more of it will ever be.
import crypto from 'node:crypto';
import diagnostics from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isNext, pass, purposeOf } from './point.mjs';

const write = writeSync;

/** First match counts. */
const KINDS = [
  [/^POST \S*\/spot\/price_orders/, 'stop.place'],
  [/^DELETE \S*\/spot\/price_orders\/\d/, 'stop.cancel'],
  [/^GET \S*\/spot\/price_orders\/\d/, 'stop.look'],
  [/^GET \S*\/spot\/price_orders\?/, 'stop.list'],
  [/^GET \S*\/spot\/orders\?\S*status=open/, 'scan-open'],
  [/^GET \S*\/spot\/orders\?\S*status=finished/, 'scan-finished'],
  [/^GET \S*\/spot\/my_trades\?\S*order_id=/, 'trades'],
  [/^GET \S*\/spot\/my_trades/, 'scan-trades'],
  [/^GET \S*\/spot\/orders\/\d/, 'look-up'],
  [/^GET \S*\/spot\/time/, 'clock'],
  [/^GET \S*\/spot\/accounts/, 'balances'],
  [/^GET \S*\/spot\/currency_pairs/, 'rules'],
];

const nameOf = ({ method, path, body }) => {
  if (method === 'POST' && path.endsWith('/spot/orders')) {
    const id = /"text":"(t-[^"]+)"/.exec(String(body))?.[1];
    return id === undefined ? null : `order.${purposeOf(id)}`;
  }
  return KINDS.find(([pattern]) => pattern.test(`${method} ${path}`))?.[1] ?? null;
};

const POINTS = {
  'undici:request:create': 'queued',
  'undici:client:sendHeaders': 'before-write',
  'undici:request:bodySent': 'after-write',
  'undici:request:headers': 'answer-head',
  'undici:request:trailers': 'answer-read',
};

/** The body of a request is hashed for its signature: the only sign of an order that is not permitted yet. */
function watchSigning() {
  const real = crypto.createHash;
  crypto.createHash = function createHashWatched(...options) {
    const hash = real(...options);
    const update = hash.update.bind(hash);
    hash.update = (data, ...rest) => {
      const id = /"text":"(t-m1-[^"]+)"/.exec(Buffer.from(data).toString('latin1'))?.[1];
      if (id !== undefined) pass(`order.${purposeOf(id)}.signing`);
      return update(data, ...rest);
    };
    return hash;
  };
  syncBuiltinESMExports();
}

export function watchRequests() {
  // Somebody asks the engine over its own API: a moment at which the supervisor is at work, long after the start.
  diagnostics.subscribe('http.server.request.start', () => pass('control.asked'));
  watchSigning();
  for (const [channel, when] of Object.entries(POINTS))
    diagnostics.subscribe(channel, ({ request, headers, socket }) => {
      const name = nameOf(request);
      if (name === null) return;
      pass(`${name}.${when}`);
      if (channel !== 'undici:client:sendHeaders') return;
      // Past the socket's own buffers, which die with the process.
      const { _handle: handle } = socket;
      if (isNext(`${name}.half-written`)) write(handle.fd, headers.slice(0, headers.length / 2));
      pass(`${name}.half-written`);
    });
}
