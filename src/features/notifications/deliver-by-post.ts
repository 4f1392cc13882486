/**
 * Posts JSON once. The address may hold a secret: errors are reported without it.
 */
import got, { HTTPError, RequestError } from 'got';

export interface PostOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Resolves to undefined if the response is a success, else to what went wrong. */
export async function postJson(
  url: string,
  body: Readonly<Record<string, unknown>>,
  { timeoutMs, signal }: PostOptions,
): Promise<string | undefined> {
  try {
    await got.post(url, {
      json: body,
      signal,
      retry: { limit: 0 },
      followRedirect: false,
      timeout: { request: timeoutMs },
      headers: { 'user-agent': 'domestique' },
      throwHttpErrors: true,
    });
    return undefined;
  } catch (error) {
    if (error instanceof HTTPError) return `it responded with ${error.response.statusCode}`;
    if (error instanceof RequestError) return `it gave no complete response (${error.code})`;
    throw error;
  }
}
