/**
 * Requests to the API on an athlete's behalf: each passes the rate limiter, carries the access token in
 * the `Authorization` header, and is sent again with a refreshed token after a 401.
 */
import type { Reserve } from '../domain/rate-limit/quota.ts';
import { AccessTokenRejectedError, ScopeMissingError } from '../strava-errors.ts';
import type { RequestOptions } from '../sync/ports/source.ts';
import type { Access } from './access.ts';
import { errorOf } from './responses.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { Http, HttpResponse } from './http.ts';

export interface ClientOptions {
  readonly http: Http;
  readonly rateLimiter: RateLimiter;
  readonly access: Access;
  /** The base URL, without a trailing slash. */
  readonly apiUrl: string;
}

export interface ApiRequest {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Names the requested record in messages. */
  readonly what: string;
  /** Whether a grant without the scope for this request stays valid. */
  readonly isScopeOptional?: boolean;
  /** How large the response may be, in decoded bytes, where it is no usual one. */
  readonly maxBytes?: number;
}

export interface Client {
  /** GETs for an athlete; returns any response except a 401 that a new token can remedy. */
  get(athleteId: number, request: ApiRequest, options: RequestOptions): Promise<HttpResponse>;
  /** GETs with a token that is not stored yet. */
  getWithToken(accessToken: string, request: ApiRequest, reserve: Reserve): Promise<HttpResponse>;
}

const maxRenewals = 5;

export function createClient({ http, rateLimiter, access, apiUrl }: ClientOptions): Client {
  const send = (
    accessToken: string,
    { path, query = {}, maxBytes }: ApiRequest,
    { reserve, signal }: { reserve: Reserve; signal?: AbortSignal },
  ): Promise<HttpResponse> => {
    const search = new URLSearchParams(query).toString();
    const url = `${apiUrl}${path}${search && `?${search}`}`;
    const headers = { authorization: `Bearer ${accessToken}` };
    return rateLimiter.schedule(reserve, () =>
      http({ method: 'GET', url, headers, signal, maxBytes }),
    );
  };

  return {
    getWithToken: (accessToken, request, reserve) => send(accessToken, request, { reserve }),
    get: async (athleteId, request, options) => {
      const { signal } = options;
      let accessToken = await access.token(athleteId, signal);
      for (let renewals = 0; ; renewals += 1) {
        const response = await send(accessToken, request, options);
        if (response.status !== 401) return response;
        const error = errorOf(response, request.what);
        if (error instanceof ScopeMissingError && request.isScopeOptional !== true)
          await access.rejectScope(athleteId, accessToken);
        if (!(error instanceof AccessTokenRejectedError) || renewals >= maxRenewals)
          return response;
        // Rejecting a renewed token is final, unless the token expired on its way.
        if (renewals > 0 && !(await access.hasExpired(athleteId, accessToken))) return response;
        accessToken = await access.token(athleteId, signal, accessToken);
      }
    },
  };
}
