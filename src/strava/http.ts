/**
 * One HTTP exchange with Strava: sends a request once, without retry. It does not interpret the
 * response, and its errors never carry a header or a form, because those hold secrets.
 */
import got, { RequestError } from 'got';
import { StravaTransientError } from '../errors.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'HEAD' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; the first value of a repeated one. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** @throws StravaTransientError without a complete response. */
export type Http = (request: HttpRequest) => Promise<HttpResponse>;

/** `timeoutMs` bounds the whole exchange, also where the server sends byte by byte. */
export function createHttp(timeoutMs: number): Http {
  const client = got.extend({
    retry: { limit: 0 },
    throwHttpErrors: false,
    followRedirect: false,
    timeout: { request: timeoutMs, connect: Math.min(timeoutMs, 10_000) },
    headers: { 'user-agent': 'domestique', accept: 'application/json' },
    responseType: 'text',
  });
  return async ({ method, url, headers = {}, form, signal }) => {
    try {
      const {
        statusCode,
        headers: received,
        body,
      } = await client(url, {
        method,
        headers: { ...headers },
        ...(form && { form: { ...form } }),
        ...(signal && { signal }),
      });
      const entries = Object.entries(received).map(([name, value]) => [name, [value].flat()[0]]);
      return {
        status: statusCode,
        headers: Object.fromEntries(entries) as HttpResponse['headers'],
        body,
      };
    } catch (error) {
      throw transientErrorOf(error, url);
    }
  };
}

/** Keeps only got's code and the host: got's errors print the Bearer header. */
function transientErrorOf(error: unknown, url: string): unknown {
  if (!(error instanceof RequestError)) return error;
  const cause = error.cause instanceof Error ? error.cause.name : error.name;
  return new StravaTransientError(
    `${new URL(url).host} sent no complete response (${error.code}).`,
    { cause: new Error(`${cause}: ${error.code}`) },
  );
}
