/**
 * One HTTP exchange with Strava: sends a request once, without retry, and returns the answer or a
 * weather error. It decides nothing about the answer's meaning, and its errors never carry a header
 * or a form, which hold secrets.
 */
import got, { RequestError } from 'got';
import { StravaTransientError } from '../errors.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'HEAD' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; the first value of a repeated one. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export type Http = (request: HttpRequest) => Promise<HttpResponse>;

/** `timeoutMs` bounds the whole exchange, a connection that drips byte by byte included. */
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
      const answer = await client(url, {
        method,
        headers: { ...headers },
        ...(form && { form: { ...form } }),
        ...(signal && { signal }),
      });
      return { status: answer.statusCode, headers: flatten(answer.headers), body: answer.body };
    } catch (error) {
      throw weather(error, url);
    }
  };
}

function flatten(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}

/** Only got's code and the host are kept: its errors carry the Bearer header when they are printed. */
function weather(error: unknown, url: string): unknown {
  if (!(error instanceof RequestError)) return error;
  const cause = error.cause instanceof Error ? error.cause.name : error.name;
  return new StravaTransientError(`${new URL(url).host} gave no complete answer (${error.code}).`, {
    cause: new Error(`${cause}: ${error.code}`),
  });
}
