/**
 * Strava's OAuth 2.0 (https://developers.strava.com/docs/authentication/): the authorize URL, the
 * exchange of a code, the refresh, and the revocation. It stores nothing.
 */
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { splitScopes } from '../domain/auth/scope.ts';
import {
  ApplicationRejectedError,
  AuthorizationNeededError,
  MalformedResponseError,
  RefreshTokenRejectedError,
  StravaTransientError,
} from '../errors.ts';
import { errorOf, faultsOf, readObject } from './responses.ts';
import type { Http, HttpResponse } from './http.ts';
import type { StravaClock } from './strava-clock.ts';

export interface OAuthOptions {
  readonly http: Http;
  readonly clock: StravaClock;
  /** Our own clock, in milliseconds: the `Date` header is compared with it. */
  readonly nowMs: () => number;
  /** The base URL, without a trailing slash. */
  readonly oauthUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What a token answer grants. */
export interface Grant {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
  /** Absent where the answer names none. */
  readonly scope?: readonly string[];
  /** The athlete, as a code's exchange brings it. */
  readonly athlete?: JsonObject;
}

export interface OAuth {
  /** Where the athlete's browser has to go. */
  authorizeUrl(options: { redirectUri: string; scopes: readonly string[]; state: string }): string;
  /** @throws AuthorizationNeededError for a wrong, used or expired code. */
  exchangeCode(code: string, signal?: AbortSignal): Promise<Grant>;
  /** @throws RefreshTokenRejectedError; a weather error leaves the old token as it was, or rotated unseen. */
  refresh(refreshToken: string, signal?: AbortSignal): Promise<Grant>;
  /**
   * Ends the grant of a refresh or access token; one that is unknown or dead already is no failure.
   * @throws ApplicationRejectedError for a wrong client, StravaRequestError where it is not known to be done.
   */
  revoke(token: string, signal?: AbortSignal): Promise<void>;
}

export function createOAuth(options: OAuthOptions): OAuth {
  const askForTokens = async (
    form: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Grant> => {
    const { http, clock, nowMs, oauthUrl, clientId, clientSecret } = options;
    const sentAtMs = nowMs();
    const answer = await http({
      method: 'POST',
      url: `${oauthUrl}/token`,
      form: { client_id: clientId, client_secret: clientSecret, ...form },
      ...(signal && { signal }),
    });
    clock.learn(answer.headers['date'], sentAtMs);
    if (answer.status >= 400 && answer.status < 500) throw storageProblemOf(answer);
    return readGrant(readObject(answer, 'the token'));
  };

  return {
    authorizeUrl: ({ redirectUri, scopes, state }) => {
      const query = new URLSearchParams({
        client_id: options.clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        approval_prompt: 'auto',
        scope: scopes.join(','),
        state,
      });
      return `${options.oauthUrl}/authorize?${query.toString()}`;
    },
    exchangeCode: (code, signal) =>
      askForTokens({ grant_type: 'authorization_code', code }, signal),
    refresh: (refreshToken, signal) =>
      askForTokens({ grant_type: 'refresh_token', refresh_token: refreshToken }, signal),
    revoke: (token, signal) => revoke(options, token, signal),
  };
}

/** Documented in 2026: HTTP Basic, one form field, and 200 whether or not the token existed. */
async function revoke(
  { http, clock, nowMs, oauthUrl, clientId, clientSecret }: OAuthOptions,
  token: string,
  signal?: AbortSignal,
): Promise<void> {
  const sentAtMs = nowMs();
  const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const answer = await http({
    method: 'POST',
    url: `${oauthUrl}/revoke`,
    headers: { authorization: `Basic ${credentials}` },
    form: { token },
    ...(signal && { signal }),
  });
  clock.learn(answer.headers['date'], sentAtMs);
  if (answer.status === 401) throw clientRejected();
  if (answer.status >= 400 && answer.status < 500) throw storageProblemOf(answer);
  const isPage = answer.headers['content-type']?.includes('html') === true;
  if (answer.status === 200 && isPage)
    throw new StravaTransientError('Strava answers the revocation with a page.');
  if (answer.status !== 200) throw errorOf(answer, 'the revocation');
}

function clientRejected(): ApplicationRejectedError {
  return new ApplicationRejectedError(
    'Strava refuses the client: check STRAVA_CLIENT_ID and STRAVA_CLIENT_SECRET against https://www.strava.com/settings/api.',
  );
}

function storageProblemOf(answer: HttpResponse): Error {
  const faults = faultsOf(answer);
  const isAbout = (resource: string): boolean =>
    faults.some((fault) => fault.resource === resource);
  if (isAbout('RefreshToken')) {
    return new RefreshTokenRejectedError('Strava refuses the refresh token.');
  }
  if (isAbout('AuthorizationCode')) {
    return new AuthorizationNeededError(
      'Strava refuses the code: it was used before or has expired. Start again with: npm run auth',
    );
  }
  const isRateLimited = answer.status === 429;
  if (!isRateLimited && isAbout('Application') && faults.some(({ field }) => field !== 'Status')) {
    return clientRejected();
  }
  return errorOf(answer, 'the token');
}

function readGrant(body: JsonObject): Grant {
  const { access_token, refresh_token, expires_at, scope, athlete } = body;
  if (
    typeof access_token !== 'string' ||
    typeof refresh_token !== 'string' ||
    typeof expires_at !== 'number'
  ) {
    throw new MalformedResponseError("Strava's token answer lacks a token or its expiry.");
  }
  return {
    accessToken: access_token,
    refreshToken: refresh_token,
    expiresAt: new Date(expires_at * 1_000),
    ...(typeof scope === 'string' && { scope: splitScopes(scope) }),
    ...(isJsonObject(athlete) && { athlete }),
  };
}
