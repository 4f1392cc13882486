/**
 * Requests to the API on an athlete's behalf: each passes the gate, carries the access token in the
 * `Authorization` header, and is tried once more with a refreshed token after a 401.
 */
import type { Clock } from '../clock.ts';
import type { Reserve } from '../domain/rate-limit/quota.ts';
import { AccessTokenRejectedError, ScopeMissingError } from '../errors.ts';
import type { RequestOptions } from '../sync/ports/source.ts';
import type { Access } from './access.ts';
import { errorOf } from './responses.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { Http, HttpResponse } from './http.ts';
import type { StravaClock } from './strava-clock.ts';

export interface ClientOptions {
  readonly http: Http;
  readonly rateLimiter: RateLimiter;
  readonly access: Access;
  readonly clock: Clock;
  readonly stravaClock: StravaClock;
  /** The base URL, without a trailing slash. */
  readonly apiUrl: string;
}

export interface ApiRequest {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** What is asked for, in words, for messages. */
  readonly what: string;
  /** True where a grant without the scope for this is a good one all the same. */
  readonly isScopeOptional?: boolean;
}

export interface Client {
  /** GETs for an athlete; any answer but a 401 is returned as it is. */
  get(athleteId: number, request: ApiRequest, options: RequestOptions): Promise<HttpResponse>;
  /** GETs with a token that is not stored yet. */
  getWithToken(accessToken: string, request: ApiRequest, reserve: Reserve): Promise<HttpResponse>;
}

const maxRenewals = 5;
const missingScope = 'a scope that is needed was not granted';

export function createClient(options: ClientOptions): Client {
  const { access } = options;
  const send = (accessToken: string, request: ApiRequest, { reserve, signal }: SendOptions) =>
    options.rateLimiter.pass(reserve, () => exchange(options, accessToken, request, signal));

  return {
    getWithToken: (accessToken, request, reserve) => send(accessToken, request, { reserve }),
    get: async (athleteId, request, requestOptions) => {
      const { signal } = requestOptions;
      let accessToken = await access.token(athleteId, signal);
      for (let renewals = 0; ; renewals += 1) {
        const answer = await send(accessToken, request, requestOptions);
        if (request.isScopeOptional !== true && isScopeMissing(answer, request))
          await access.reject(athleteId, accessToken, missingScope);
        if (!isTokenRejected(answer, request) || renewals >= maxRenewals) return answer;
        // A renewed token that is refused is a verdict, unless it ran out on its way.
        if (renewals > 0 && !(await access.hasExpired(athleteId, accessToken))) return answer;
        accessToken = await access.token(athleteId, signal, accessToken);
      }
    },
  };
}

interface SendOptions {
  readonly reserve: Reserve;
  readonly signal?: AbortSignal;
}

async function exchange(
  { http, apiUrl, clock, stravaClock }: ClientOptions,
  accessToken: string,
  { path, query = {} }: ApiRequest,
  signal?: AbortSignal,
): Promise<HttpResponse> {
  const search = new URLSearchParams(query).toString();
  const sentAtMs = clock.nowMs();
  const answer = await http({
    method: 'GET',
    url: `${apiUrl}${path}${search && `?${search}`}`,
    headers: { authorization: `Bearer ${accessToken}` },
    ...(signal && { signal }),
  });
  stravaClock.learn(answer.headers['date'], sentAtMs);
  return answer;
}

function isScopeMissing(answer: HttpResponse, { what }: ApiRequest): boolean {
  return answer.status === 401 && errorOf(answer, what) instanceof ScopeMissingError;
}

function isTokenRejected(answer: HttpResponse, { what }: ApiRequest): boolean {
  return answer.status === 401 && errorOf(answer, what) instanceof AccessTokenRejectedError;
}
