import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { errorText } from '@mtrade/base';
import type { Logger } from '@mtrade/log';
import { streamSSE } from 'hono/streaming';
import type { EventHub } from './event-hub.js';
import type { ControlEnv } from './http-env.js';
import type { StatusFeed } from './status-feed.js';
import { refusals, text, withToken } from './route-parts.js';

export const EVENTS_PATH = '/v1/events';
const EVENT_ID = /^\d{1,16}$/;

/** The journal as it is written, for the web page and for scripts; a client resumes with `Last-Event-ID`. */
export function addEventRoutes(
  app: OpenAPIHono<ControlEnv>,
  { hub, statusFeed }: { readonly hub: EventHub; readonly statusFeed: StatusFeed },
  log: Logger,
): void {
  app.openapi(eventsRoute, (context) => {
    const { outgoing } = context.env;
    const client = hub.open(parseEventId(context.req.header('last-event-id')), () => outgoing.destroy());
    // A reader that goes away is forgotten at once, even while it is being written to.
    outgoing.once('close', () => {
      statusFeed.remove(client);
      hub.release(client);
    });
    if (context.req.valid('query').status === '1') statusFeed.add(client);

    return streamSSE(
      context,
      async (stream) => {
        for (;;) {
          const message = await client.next();
          if (message === null) return;
          if ('comment' in message) await stream.write(`: ${message.comment}\n\n`);
          else await stream.writeSSE(message);
        }
      },
      (error) => {
        log.error({ error: errorText(error) }, 'event stream failed');
        outgoing.destroy();
        return Promise.resolve();
      },
    );
  });
}

/** Null when there is none, or none that we could have given out. */
function parseEventId(header = ''): number | null {
  const id = EVENT_ID.test(header) ? Number(header) : NaN;
  return Number.isSafeInteger(id) ? id : null;
}

const eventsRoute = createRoute({
  method: 'get',
  path: EVENTS_PATH,
  summary: 'Events of the engine, server-sent',
  description:
    'Each event has an id; send the last one as `Last-Event-ID` to get what followed. An event named `gap` says that ' +
    'some may be missing: read the status anew. With `status=1` an event named `status` carries the whole state of the ' +
    'engine about once a second, as /v1/status has it, and how fast its counters grow. A client that does not keep up ' +
    'is disconnected.',
  tags: ['views'],
  security: withToken,
  request: {
    headers: z.object({ 'last-event-id': z.string().optional() }),
    query: z.object({ status: z.enum(['0', '1']).default('0') }),
  },
  responses: { 200: text('text/event-stream', 'an endless stream'), ...refusals },
});
