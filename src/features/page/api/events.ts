/**
 * `now` and `events`: the figures once, and as server-sent events
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 */
import { Hono } from 'hono';
import type { PageSource } from '../source.ts';
import type { NowFeed } from './now-feed.ts';
import { ApiFailure, databaseAway } from './responses.ts';
import type { Now } from './types/now.ts';

export const maxListeners = 16;

/** After which a browser connects again. */
const reconnectMs = 2_000;

export function createEvents({ closed }: Pick<PageSource, 'closed'>, feed: NowFeed): Hono {
  const app = new Hono();
  let listeners = 0;
  app.get('/now', async (context) => {
    const now = await feed.recent();
    if (now === undefined) throw databaseAway();
    return context.json<Now>(now);
  });
  app.get('/events', (context) => {
    if (listeners >= maxListeners) {
      throw new ApiFailure(503, `${maxListeners} pages listen already: close one, or try again.`);
    }
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' };
    if (context.req.method === 'HEAD') return context.body(null, 200, headers);
    listeners += 1;
    const ended = AbortSignal.any([context.req.raw.signal, ...(closed ? [closed] : [])]);
    const stream = messageStream(feed, ended, () => (listeners -= 1));
    return context.body(stream, 200, headers);
  });
  return app;
}

/** A message whenever the reader has taken the one before: a slow reader misses some, and none waits in memory. */
function messageStream(
  feed: NowFeed,
  ended: AbortSignal,
  onEnd: () => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let read = feed.recent;
  const end = (): void => {
    if (controller !== undefined) onEnd();
    controller = undefined;
    ended.removeEventListener('abort', close);
  };
  const close = (): void => {
    controller?.close();
    end();
  };
  const start = (opened: ReadableStreamDefaultController<Uint8Array>): void => {
    controller = opened;
    opened.enqueue(encoder.encode(`retry: ${reconnectMs}\n\n`));
    ended.addEventListener('abort', close);
    if (ended.aborted) close();
  };
  const pull = async (): Promise<void> => {
    try {
      const message = await messageOf(read);
      read = feed.next;
      controller?.enqueue(encoder.encode(message));
    } catch (error) {
      // The stream is broken off: it cannot be closed any more.
      end();
      throw error;
    }
  };
  return new ReadableStream<Uint8Array>({ start, pull, cancel: end }, { highWaterMark: 0 });
}

async function messageOf(read: NowFeed['next']): Promise<string> {
  const now = await read();
  // A comment shows that the connection is alive.
  return now === undefined ? ': MongoDB is away\n\n' : `data: ${JSON.stringify(now)}\n\n`;
}
