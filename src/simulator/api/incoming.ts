/**
 * Reads a request whole: its address, its fields (form or JSON) and its credentials.
 */
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

export interface IncomingRequest {
  readonly method: string;
  readonly path: string;
  /** What it is addressed to, such as `http://127.0.0.1:8080`. */
  readonly origin: string;
  readonly query: URLSearchParams;
  /** The fields of the query, overridden by those of the body. */
  readonly fields: ReadonlyMap<string, string>;
  /** The token of an `Authorization: Bearer` header. */
  readonly bearer: string | null;
  /** Name and password of an `Authorization: Basic` header. */
  readonly basic: readonly [string, string] | null;
}

/** Reads the request to its end; a body that is neither form nor JSON has no fields. */
export async function readRequest(request: IncomingMessage): Promise<IncomingRequest> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const body = await text(request);
  const authorization = request.headers.authorization ?? '';
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    origin: `http://${request.headers.host ?? '127.0.0.1'}`,
    query: url.searchParams,
    fields: new Map([...url.searchParams, ...readFields(body, request.headers['content-type'])]),
    bearer: /^Bearer (\S+)$/i.exec(authorization)?.[1] ?? null,
    basic: readBasic(authorization),
  };
}

function readFields(body: string, contentType = ''): [string, string][] {
  if (contentType.includes('json')) return readJsonFields(body);
  return contentType.includes('form-urlencoded') ? [...new URLSearchParams(body)] : [];
}

function readJsonFields(body: string): [string, string][] {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).map(([key, field]) => [key, String(field)]);
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function readBasic(authorization: string): readonly [string, string] | null {
  const encoded = /^Basic (\S+)$/i.exec(authorization)?.[1];
  if (encoded === undefined) return null;
  const [name = '', ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return [name, password.join(':')];
}
