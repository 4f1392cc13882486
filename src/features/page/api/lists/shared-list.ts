/**
 * A list of all activities as a response: read once for everybody who asks while it is the same, kept
 * compressed, and sent while it is still being read. An ETag spares a browser what it has.
 */
import type { Transform } from 'node:stream';
import { pipeline, Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { DomestiqueError } from '../../../../errors.ts';
import { acceptsGzip } from '../../../../http/accepts-gzip.ts';
import type { Growing } from './growing.ts';
import { createGrowing } from './growing.ts';
import type { Turns } from '../../../../http/turns.ts';
import { busy, databaseAway } from '../responses.ts';
import type { ReadVersion, StoredVersion } from './stored-version.ts';

export interface ListOptions {
  readonly contentType: string;
  /** The text in pieces. */
  readonly write: (stored: StoredVersion) => AsyncIterable<string>;
  /** Those of all lists together. */
  readonly turns: Turns;
}

interface Body {
  readonly version: string;
  readonly gzipped: Growing<Buffer>;
}

/**
 * @throws ApiFailure with 503 while MongoDB is away and the list was never read whole, and where too many
 * lists wait to be read.
 */
export function createSharedList(
  readVersion: ReadVersion,
  { contentType, write, turns }: ListOptions,
): (context: Context) => Promise<Response> {
  let last: Body | undefined;
  /** The one before, for while MongoDB is away. */
  let earlier: Body | undefined;

  /** One list is read at a time, however often it changes. */
  const currentVersion = async (): Promise<StoredVersion | undefined> => {
    for (;;) {
      const stored = await readVersion();
      const isOther = last !== undefined && last.version !== stored?.version;
      if (stored === undefined || !isOther || last?.gzipped.state() !== 'growing') return stored;
      await last.gzipped.ended;
    }
  };

  const bodyFor = (stored: StoredVersion): Body => {
    const { version } = stored;
    if (last?.version === version && last.gzipped.state() !== 'failed') return last;
    if (turns.isFull()) throw busy();
    if (last?.gzipped.state() === 'whole') earlier = last;
    last = { version, gzipped: createGrowing(gzip(inTurn(turns.take(), () => write(stored)))) };
    return last;
  };

  return async (context) => {
    const stored = await currentVersion();
    // The headers of a 304 replace those that the browser keeps.
    if (stored !== undefined && isKnown(context, stored.version))
      return context.body(null, 304, { etag: etagOf(stored.version), 'x-stale': 'false' });
    const kept = last?.gzipped.state() === 'whole' ? last : earlier;
    const body = stored === undefined ? kept : bodyFor(stored);
    if (body === undefined) throw databaseAway();
    context.header('x-stale', String(stored === undefined));
    return respond(context, body, contentType);
  };
}

/** Weak, because the bytes depend on the compression (RFC 9110, section 8.8.3). */
function etagOf(version: string): string {
  return `W/"${version}"`;
}

function isKnown(context: Context, version: string): boolean {
  const tags = (context.req.header('if-none-match') ?? '').split(',').map((tag) => tag.trim());
  return tags.includes(etagOf(version));
}

/** A failure while the list is being read breaks the response off, so that no part of it passes for all. */
function respond(context: Context, { version, gzipped }: Body, contentType: string): Response {
  const all = Readable.from(gzipped.read(), { objectMode: false });
  const isGzip = acceptsGzip(context.req.header('accept-encoding'));
  const body = isGzip ? all : piped(all, createGunzip());
  const whole = Readable.from(quietly(body, context.env as Partial<HttpBindings> | undefined));
  return context.body(Readable.toWeb(whole) as ReadableStream, 200, {
    'content-type': contentType,
    etag: etagOf(version),
    vary: 'accept-encoding',
    // A browser asks each time whether it has changed.
    'cache-control': 'private, no-cache',
    ...(isGzip && { 'content-encoding': 'gzip' }),
  });
}

/** The server would print a failure with its stack as a bug. */
async function* quietly(
  pieces: AsyncIterable<Buffer>,
  { outgoing }: Partial<HttpBindings> = {},
): AsyncGenerator<Buffer> {
  try {
    yield* pieces;
  } catch (error) {
    if (outgoing === undefined || !(error instanceof DomestiqueError)) throw error;
    outgoing.destroy();
  }
}

/** Begins once it is its turn. */
async function* inTurn(
  turn: Promise<() => void>,
  write: () => AsyncIterable<string>,
): AsyncGenerator<string> {
  const end = await turn;
  try {
    yield* write();
  } finally {
    end();
  }
}

function gzip(text: AsyncIterable<string>): AsyncIterable<Buffer> {
  return piped(Readable.from(text, { objectMode: false }), createGzip()) as AsyncIterable<Buffer>;
}

/** Unlike `pipe`, it passes a failure on. */
function piped(from: Readable, to: Transform): Readable {
  return pipeline(from, to, () => undefined);
}
