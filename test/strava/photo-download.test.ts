import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPhotoDownload } from '../../src/strava/photo-download.ts';
import {
  MalformedResponseError,
  NotFoundError,
  ResponseTooLargeError,
  StravaTransientError,
} from '../../src/strava-errors.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const photo = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0x80]);
const never = new AbortController().signal;
const longMs = 30_000;

let answer: Answer;
let requests: IncomingMessage[];
let origin: string;

const server = createServer((request, response) => {
  requests.push(request);
  answer(request, response);
});

beforeEach(async () => {
  requests = [];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function send(content: Uint8Array | string, headers: Record<string, string>, status = 200): Answer {
  return (_, response) => response.writeHead(status, headers).end(content);
}

function fetchPhoto({
  address = `${origin}/a`,
  timeoutMs = longMs,
  maxBytes = 1_000,
  signal = never,
} = {}) {
  const fetch = createPhotoDownload({ apiUrl: `${origin}/api/v3`, timeoutMs, maxBytes });
  return fetch({ id: 'a', address }, signal);
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a photo from its host', () => {
  it('a photo comes byte for byte, named by its id and type, and no login is sent', async () => {
    answer = send(photo, { 'content-type': 'image/jpeg' });
    expect(await fetchPhoto()).toEqual({ name: 'a.jpg', content: photo });
    expect(requests[0]?.headers).toMatchObject({ accept: 'image/*' });
    expect(requests[0]?.headers).not.toHaveProperty('authorization');
    expect(requests[0]?.headers).not.toHaveProperty('cookie');
  });

  it.each([
    ['a page with status 200', 200, 'text/html', MalformedResponseError],
    ['a script in an image', 200, 'image/svg+xml', MalformedResponseError],
    ['a missing photo', 404, 'text/html', NotFoundError],
    ['an expired signature', 403, 'application/xml', NotFoundError],
    ['a busy host', 429, 'text/plain', StravaTransientError],
    ['a failing host', 503, 'text/html', StravaTransientError],
  ])('%s is an error of its kind, without the address', async (_, status, type, kind) => {
    answer = send('?', { 'content-type': type }, status);
    const error = await failureOf(fetchPhoto({ address: `${origin}/a?signature=secret` }));
    expect(error).toBeInstanceOf(kind);
    expect(String(error)).not.toContain('secret');
  });

  it('a photo that is cut off is no photo', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': '1000' });
      response.write(photo, () => response.destroy());
    };
    expect(await failureOf(fetchPhoto())).toBeInstanceOf(StravaTransientError);
  });

  it('an empty photo is no photo', async () => {
    answer = send('', { 'content-type': 'image/jpeg' });
    expect(await failureOf(fetchPhoto())).toBeInstanceOf(MalformedResponseError);
  });

  it('a photo without end is read no further than the limit', async () => {
    let isClosed = false;
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'image/jpeg' });
      const timer = setInterval(() => response.write(photo), 1);
      response.once('close', () => {
        clearInterval(timer);
        isClosed = true;
      });
    };
    expect(await failureOf(fetchPhoto())).toBeInstanceOf(ResponseTooLargeError);
    await expect.poll(() => isClosed, { timeout: longMs }).toBe(true);
  });

  it('a host that sends nothing is given up', async () => {
    answer = () => undefined;
    expect(await failureOf(fetchPhoto({ timeoutMs: 100 }))).toBeInstanceOf(StravaTransientError);
  });

  it('a redirect is followed on allowed addresses only, and not without end', async () => {
    answer = (request, response) => {
      if (request.url === '/b') send(photo, { 'content-type': 'image/png' })(request, response);
      else response.writeHead(302, { location: '/b' }).end();
    };
    expect(await fetchPhoto()).toMatchObject({ name: 'a.png' });
    answer = send('', { location: 'http://photos.example.org/a' }, 301);
    expect(await failureOf(fetchPhoto())).toBeInstanceOf(MalformedResponseError);
    requests = [];
    answer = send('', { location: '/again' }, 302);
    expect(await failureOf(fetchPhoto())).toBeInstanceOf(MalformedResponseError);
    expect(requests).toHaveLength(4);
  });

  it('an address without https is not requested', async () => {
    const other = await failureOf(fetchPhoto({ address: 'http://photos.example.org/a' }));
    expect(other).toBeInstanceOf(MalformedResponseError);
    expect(requests).toEqual([]);
  });
});
