/**
 * One HTTP exchange with Strava: sends a request once, without retry. It does not interpret the
 * response, and its errors never carry a header or a form, because those hold secrets.
 */
import type { Response } from 'got';
import got, { RequestError } from 'got';
import {
  ResponseTooLargeError,
  StravaRejectedError,
  StravaTransientError,
} from '../strava-errors.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'HEAD' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** How many decoded bytes of the body are read at most. */
  readonly maxBytes?: number | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; the first value of a repeated one. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/**
 * @throws StravaTransientError without a complete response, ResponseTooLargeError for a body beyond
 * `maxBytes`, StravaRejectedError for a certificate that this machine does not trust.
 */
export type Http = (request: HttpRequest) => Promise<HttpResponse>;

export const megabyte = 1_000_000;
/** Several times the largest page of the list, the largest activity and the largest token response. */
const defaultMaxBytes = 64 * megabyte;

/** `timeoutMs` bounds the whole exchange, also where the server sends byte by byte. */
export function createHttp(timeoutMs: number): Http {
  const client = got.extend({
    retry: { limit: 0 },
    throwHttpErrors: false,
    followRedirect: false,
    timeout: { request: timeoutMs, connect: Math.min(timeoutMs, 10_000) },
    headers: { 'user-agent': 'domestique', accept: 'application/json' },
  });
  return async ({ method, url, headers = {}, form, signal, maxBytes = defaultMaxBytes }) => {
    try {
      // As a stream, because got reads a whole body into memory, and decompresses it, however large.
      const stream = client.stream(url, {
        method,
        headers: { ...headers },
        ...(form && { form: { ...form } }),
        ...(signal && { signal }),
      });
      if (method === 'DELETE') stream.end();
      let head: Response | undefined;
      stream.once('response', (response: Response) => {
        head = response;
      });
      const bytes = await readBounded(stream, maxBytes);
      if (bytes === undefined) throw tooLarge(url, maxBytes);
      const entries = Object.entries(head?.headers ?? {});
      return {
        status: head?.statusCode ?? 0,
        headers: Object.fromEntries(entries.map(([name, value]) => [name, [value].flat()[0]])),
        body: new TextDecoder().decode(bytes),
      };
    } catch (error) {
      throw translated(error, url);
    }
  };
}

/** The decompressed body; undefined for more than `maxBytes`: leaving the loop ends the connection. */
export async function readBounded(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(url: string, maxBytes: number): ResponseTooLargeError {
  const { host, pathname } = new URL(url);
  return new ResponseTooLargeError(
    `${host} sent more than ${maxBytes / megabyte} MB for ${pathname}; the rest was not read.`,
  );
}

/** https://nodejs.org/docs/latest-v24.x/api/tls.html#x509-certificate-error-codes */
const certificateError = /CERT|ISSUER|LEAF_SIGNATURE|^CRL_/;

/** Keeps only got's code and the host: got's errors print the Bearer header. */
export function translated(error: unknown, url: string): unknown {
  if (!(error instanceof RequestError)) return error;
  const { host } = new URL(url);
  const { code } = error;
  const name = error.cause instanceof Error ? error.cause.name : error.name;
  const cause = { cause: new Error(`${name}: ${code}`) };
  if (certificateError.test(code)) {
    return new StravaRejectedError(
      `This machine does not trust the certificate of ${host} (${code}). Check the address and this machine's clock; behind a proxy that opens TLS, name its certificate in NODE_EXTRA_CA_CERTS.`,
      cause,
    );
  }
  return new StravaTransientError(messageOf(code, host), cause);
}

function messageOf(code: string, host: string): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `The host ${host} is not found (${code}).`;
  if (code === 'ECONNREFUSED') return `${host} refuses the connection (${code}).`;
  return `${host} sent no complete response (${code}).`;
}
