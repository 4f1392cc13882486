/** Sends requests to a simulator over HTTP as any client would, and holds its clock still. */
import type { Clock } from '../../src/clock.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body, for matchers; undefined if it is not JSON. */
  readonly body: unknown;
}

export type Get = (
  path: string,
  query?: Readonly<Record<string, string | number>>,
) => Promise<Reply>;

export interface TestClock extends Clock {
  set(at: Date): void;
  advance(ms: number): void;
}

export const startedAt = new Date('2026-10-05T10:07:00Z');

/** A clock that moves only by `set`, `advance` and its sleeps. */
export function createTestClock(at = startedAt): TestClock {
  let nowMs = at.getTime();
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms) => {
      nowMs += ms;
      return Promise.resolve();
    },
    set: (to) => {
      nowMs = to.getTime();
    },
    advance: (ms) => {
      nowMs += ms;
    },
  };
}

export async function fetchReply(url: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

export function postForm(url: string, fields: Readonly<Record<string, string>>): Promise<Reply> {
  return fetchReply(url, { method: 'POST', body: new URLSearchParams(fields) });
}

/** Trades a refresh token or a code for tokens. */
export function requestToken(
  simulator: Simulator,
  fields: Readonly<Record<string, string>>,
): Promise<Reply> {
  const { clientId: client_id, clientSecret: client_secret } = simulator;
  return postForm(`${simulator.oauthUrl}/token`, { client_id, client_secret, ...fields });
}

export function refresh(simulator: Simulator, refreshToken: string): Promise<Reply> {
  return requestToken(simulator, { grant_type: 'refresh_token', refresh_token: refreshToken });
}

/** Logs an athlete in and returns a function that GETs from the API with the token. */
export async function logIn(
  simulator: Simulator,
  athleteId = 1001,
  scopes?: readonly string[],
): Promise<Get> {
  const code = simulator.grant(athleteId, scopes);
  const reply = await requestToken(simulator, { grant_type: 'authorization_code', code });
  return getWith(simulator, textOf(reply.body, 'access_token'));
}

export function getWith(simulator: Simulator, accessToken: string): Get {
  return (path, query = {}) => {
    const url = new URL(simulator.apiUrl + path);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, String(value));
    return fetchReply(url.href, { headers: { Authorization: `Bearer ${accessToken}` } });
  };
}

/** A field that is a text. */
export function textOf(body: unknown, key: string): string {
  const value = fieldOf(body, key);
  if (typeof value !== 'string') throw new TypeError(`${key} is no text.`);
  return value;
}

export function fieldOf(body: unknown, key: string): unknown {
  if (typeof body !== 'object' || body === null) throw new TypeError('No record.');
  return Object.entries(body).find(([name]) => name === key)?.[1];
}

/** The body as a list of records. */
export function listOf(body: unknown): readonly Record<string, unknown>[] {
  if (!Array.isArray(body)) throw new TypeError('No list.');
  return body.map((item: unknown) => {
    if (typeof item !== 'object' || item === null) throw new TypeError('No record.');
    return Object.fromEntries(Object.entries(item));
  });
}

export function idsOf(body: unknown): readonly unknown[] {
  return listOf(body).map((record) => record['id']);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
