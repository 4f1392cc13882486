import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MongoUnavailableError } from '../../../../../src/errors.ts';
import { createSharedList } from '../../../../../src/features/page/api/lists/shared-list.ts';
import type { ReadVersion } from '../../../../../src/features/page/api/lists/stored-version.ts';
import { respondToFailure } from '../../../../../src/features/page/api/responses.ts';
import { createTurns } from '../../../../../src/http/turns.ts';
import type { Store } from '../../../../../src/mongo/schema/collections.ts';

const closers: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

interface Listed {
  /** The stored version; undefined while MongoDB is away. */
  version: string | undefined;
  writes: number;
  write: () => AsyncIterable<string>;
}

/** A list behind a server of its own. */
async function serve(
  listed: Listed,
  turns = createTurns({ maxRunning: 1, maxWaiting: 2 }),
): Promise<string> {
  const readVersion: ReadVersion = () => {
    const { version } = listed;
    const names = { athletes: new Map<string, string>(), gear: new Map<string, string>() };
    return Promise.resolve(
      version === undefined ? undefined : { version, names, store: {} as Store },
    );
  };
  const app = new Hono();
  const write = (): AsyncIterable<string> => {
    listed.writes += 1;
    return listed.write();
  };
  for (const path of ['/list', '/b', '/c', '/d']) {
    app.get(path, createSharedList(readVersion, { contentType: 'text/plain', write, turns }));
  }
  app.onError(respondToFailure);
  const server = createServer((request, response) => {
    void getRequestListener(app.fetch)(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/list`;
}

const plain = { headers: { 'accept-encoding': 'identity', connection: 'close' } };
const zipped = { headers: { 'accept-encoding': 'gzip', connection: 'close' } };
/** It does not compress to less than a piece of gzip's output. */
const noise = Array.from({ length: 200_000 }, (_, index) =>
  ((index * 7919) % 65_521).toString(36),
).join('');

function piecesOf(...pieces: readonly (string | Error)[]): () => AsyncGenerator<string> {
  return async function* () {
    for (const piece of pieces) {
      await Promise.resolve();
      if (piece instanceof Error) throw piece;
      yield piece;
    }
  };
}

describe('a shared list', () => {
  it('is read once for simultaneous and for later readers while it is the same', async () => {
    const listed = { version: 'a', writes: 0, write: piecesOf(noise, 'end') };
    const url = await serve(listed);
    const bodies = await Promise.all(
      [plain, zipped, plain, zipped].map(async (how) => (await fetch(url, how)).text()),
    );
    expect(new Set(bodies)).toEqual(new Set([`${noise}end`]));
    await (await fetch(url, plain)).text();
    expect(listed.writes).toBe(1);
    listed.version = 'b';
    await (await fetch(url, plain)).text();
    expect(listed.writes).toBe(2);
  });

  it('waits while another one is read, and says busy where too many wait', async () => {
    const released = Promise.withResolvers<undefined>();
    const started: number[] = [];
    const listed: Listed = {
      version: 'a',
      writes: 0,
      write: async function* () {
        started.push(started.length);
        await released.promise;
        yield 'whole';
      },
    };
    const turns = createTurns({ maxRunning: 1, maxWaiting: 2 });
    const url = await serve(listed, turns);
    const texts = ['', '/../b', '/../c'].map(async (path) => {
      const response = await fetch(`${url}${path}`, plain);
      return response.text();
    });
    await vi.waitFor(() => {
      expect(turns.isFull()).toBe(true);
    });
    const rejected = await fetch(`${url}/../d`, plain);
    expect(rejected.status).toBe(503);
    expect(rejected.headers.get('retry-after')).toBe('5');
    expect(await rejected.text()).toContain('too much to read');
    expect(started).toEqual([0]);
    released.resolve(undefined);
    expect(await Promise.all(texts)).toEqual(['whole', 'whole', 'whole']);
    expect(started).toEqual([0, 1, 2]);
  });

  it.each([
    ['compressed', zipped],
    ['plain', plain],
  ])('breaks a %s response off where reading it fails, and is read again', async (_, how) => {
    const listed: Listed = {
      version: 'a',
      writes: 0,
      write: piecesOf(noise, new MongoUnavailableError('gone')),
    };
    const url = await serve(listed);
    const printed = vi.spyOn(console, 'error');
    closers.push(() => {
      printed.mockRestore();
    });
    await expect(fetch(url, how).then((response) => response.text())).rejects.toThrow();
    listed.write = piecesOf('whole');
    expect(await (await fetch(url, how)).text()).toBe('whole');
    expect(printed).not.toHaveBeenCalled();
  });

  it('is the last whole one while MongoDB is away, even if a newer one broke off', async () => {
    const listed: Listed = { version: 'a', writes: 0, write: piecesOf('whole') };
    const url = await serve(listed);
    await (await fetch(url, plain)).text();
    Object.assign(listed, {
      version: 'b',
      write: piecesOf(noise, new MongoUnavailableError('gone')),
    });
    await expect(fetch(url, plain).then((response) => response.text())).rejects.toThrow();
    listed.version = undefined;
    expect(await (await fetch(url, plain)).text()).toBe('whole');
  });
});
