import { describe, expect, it } from 'vitest';
import { createEvents, maxListeners } from '../../../../src/features/page/api/events.ts';
import { respondToFailure } from '../../../../src/features/page/api/responses.ts';
import type { Now } from '../../../../src/features/page/api/types/now.ts';
import { nowAt } from '../../../page/now/now-of.ts';

/** Events whose figures a test gives. */
function useEvents(first: Now | undefined = nowAt(1)) {
  const stop = new AbortController();
  const reads: string[] = [];
  const feed = {
    figures: Promise.resolve<Now | undefined>(first),
    recent: () => {
      reads.push('recent');
      return feed.figures;
    },
    next: () => {
      reads.push('next');
      return feed.figures;
    },
  };
  const app = createEvents({ closed: stop.signal }, feed);
  app.onError(respondToFailure);
  const open = async (init?: RequestInit): Promise<Response> => app.request('/events', init);
  return {
    app,
    open,
    feed,
    reads,
    stop: () => {
      stop.abort();
    },
  };
}

type Reader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

function readerOf({ body }: Response): Reader {
  if (body === null) throw new Error('There is no body.');
  return body.getReader();
}

/** The next piece of a stream as text; undefined at its end. */
async function pieceOf(reader: Reader): Promise<string | undefined> {
  const { value } = await reader.read();
  return value && new TextDecoder().decode(value);
}

const messageOf = (now: Now): string => `data: ${JSON.stringify(now)}\n\n`;

describe('the events', () => {
  it('a listener gets when to connect again, then the figures at once, then each newer ones', async () => {
    const { open, feed, reads } = useEvents();
    const response = await open();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = readerOf(response);
    expect(await pieceOf(reader)).toBe('retry: 2000\n\n');
    expect(await pieceOf(reader)).toBe(messageOf(nowAt(1)));
    feed.figures = Promise.resolve(nowAt(2));
    expect(await pieceOf(reader)).toBe(messageOf(nowAt(2)));
    expect(reads).toEqual(['recent', 'next']);
    await reader.cancel();
  });

  it('nothing is read ahead of a slow listener, and nothing after the last has gone', async () => {
    const { open, reads } = useEvents();
    const response = await open();
    await new Promise(setImmediate);
    expect(reads).toEqual([]);
    const reader = readerOf(response);
    await pieceOf(reader);
    await pieceOf(reader);
    await reader.cancel();
    await new Promise(setImmediate);
    expect(reads).toHaveLength(1);
  });

  it('while MongoDB is away and was never read, a comment says so', async () => {
    const { open, app } = useEvents();
    const away = useEvents();
    away.feed.figures = Promise.resolve(undefined);
    const reader = readerOf(await away.open());
    await pieceOf(reader);
    expect(await pieceOf(reader)).toBe(': MongoDB is away\n\n');
    const now = await away.app.request('/now');
    expect([now.status, await now.json()]).toEqual([
      503,
      { message: 'MongoDB is away: try again once it is back.' },
    ]);
    expect(await (await app.request('/now')).json()).toEqual(nowAt(1));
    await (await open()).body?.cancel();
  });

  it('one listener more than allowed is responded to with 503 until one has gone', async () => {
    const { open } = useEvents();
    const all = await Promise.all(Array.from({ length: maxListeners }, () => open()));
    const more = await open();
    expect(more.status).toBe(503);
    const message = `${maxListeners} pages listen already: close one, or try again.`;
    expect(await more.json()).toEqual({ message });
    await all[0]?.body?.cancel();
    const next = await open();
    expect(next.status).toBe(200);
    expect((await open()).status).toBe(503);
  });

  it('a HEAD request takes no listener’s place', async () => {
    const { open } = useEvents();
    for (let tries = 0; tries <= maxListeners; tries += 1) {
      expect((await open({ method: 'HEAD' })).status).toBe(200);
    }
    expect((await open()).status).toBe(200);
  });

  it('a request that is broken off frees its place, also while its figures are read', async () => {
    const { open, feed } = useEvents();
    const silent = Promise.withResolvers<Now>();
    feed.figures = silent.promise;
    const broken = new AbortController();
    const all = Array.from({ length: maxListeners }, () => open({ signal: broken.signal }));
    const readers = (await Promise.all(all)).map(readerOf);
    await Promise.all(readers.map(pieceOf));
    const pending = readers.map(pieceOf);
    broken.abort();
    expect(await Promise.all(pending)).toEqual(readers.map(() => undefined));
    expect((await open()).status).toBe(200);
    silent.resolve(nowAt(1));
  });

  it('the end of the page ends the stream of every listener', async () => {
    const { open, stop } = useEvents();
    const readers = (await Promise.all([open(), open()])).map(readerOf);
    await Promise.all(readers.map(pieceOf));
    stop();
    expect(await Promise.all(readers.map(pieceOf))).toEqual([undefined, undefined]);
    expect(await pieceOf(readerOf(await open()))).toBe('retry: 2000\n\n');
  });
});
