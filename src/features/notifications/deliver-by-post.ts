/**
 * Posts JSON once. The address may hold a secret: errors are reported without it.
 */
import { once } from 'node:events';
import type { Response } from 'got';
import got, { RequestError } from 'got';

export interface PostOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Resolves to undefined if the response is a success, else to what went wrong. A redirect is none. The
 * response's body is not read, however long it is.
 */
export async function postJson(
  url: string,
  body: Readonly<Record<string, unknown>>,
  { timeoutMs, signal }: PostOptions,
): Promise<string | undefined> {
  const stream = got.stream.post(url, {
    json: body,
    signal,
    retry: { limit: 0 },
    followRedirect: false,
    timeout: { request: timeoutMs },
    headers: { 'user-agent': 'domestique' },
    throwHttpErrors: false,
  });
  try {
    const [{ statusCode }] = (await once(stream, 'response')) as [Response];
    return statusCode >= 200 && statusCode < 300 ? undefined : `it responded with ${statusCode}`;
  } catch (error) {
    if (error instanceof RequestError) return `it gave no complete response (${error.code})`;
    throw error;
  } finally {
    stream.on('error', () => undefined).destroy();
  }
}
