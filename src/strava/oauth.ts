/**
 * Strava's OAuth 2.0 (https://developers.strava.com/docs/authentication/): the authorize URL, the
 * exchange of a code, the refresh, and the revocation. It stores nothing.
 */
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { splitScopes } from '../domain/auth/scope.ts';
import {
  AuthorizationNeededError,
  MalformedResponseError,
  RefreshTokenRejectedError,
  StravaTransientError,
} from '../errors.ts';
import { clientRejected, errorOf, faultsOf, isClientRejected, readObject } from './responses.ts';
import type { Http, HttpResponse } from './http.ts';

export interface OAuthOptions {
  readonly http: Http;
  /** The base URL, without a trailing slash. */
  readonly oauthUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What a token response grants. */
export interface Grant {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
  /** Absent if the response names none. */
  readonly scope?: readonly string[];
  /** Only the exchange of a code brings the athlete. */
  readonly athlete?: JsonObject;
}

export interface OAuth {
  /** The page that the athlete's browser has to open. */
  authorizeUrl(options: { redirectUri: string; scopes: readonly string[]; state: string }): string;
  /** @throws AuthorizationNeededError for a wrong, used or expired code. */
  exchangeCode(code: string, signal?: AbortSignal): Promise<Grant>;
  /**
   * After a transient error the old token is still valid, or it was rotated and the new one is lost.
   * @throws RefreshTokenRejectedError
   */
  refresh(refreshToken: string, signal?: AbortSignal): Promise<Grant>;
  /**
   * Ends the grant of a refresh or access token. An unknown or dead token is not an error.
   * @throws ApplicationRejectedError for a wrong client, StravaRequestError if the outcome is unknown.
   */
  revoke(token: string, signal?: AbortSignal): Promise<void>;
}

export function createOAuth(options: OAuthOptions): OAuth {
  const { http, oauthUrl, clientId, clientSecret } = options;
  const requestTokens = async (
    grant: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Grant> => {
    const form = { client_id: clientId, client_secret: clientSecret, ...grant };
    const response = await http({ method: 'POST', url: `${oauthUrl}/token`, form, signal });
    if (response.status >= 400 && response.status < 500) throw rejectionOf(response);
    return readGrant(readObject(response, 'the token'));
  };

  return {
    authorizeUrl: ({ redirectUri, scopes, state }) => {
      const query = new URLSearchParams({
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        approval_prompt: 'auto',
        scope: scopes.join(','),
        state,
      });
      return `${oauthUrl}/authorize?${query.toString()}`;
    },
    exchangeCode: (code, signal) =>
      requestTokens({ grant_type: 'authorization_code', code }, signal),
    refresh: (refreshToken, signal) =>
      requestTokens({ grant_type: 'refresh_token', refresh_token: refreshToken }, signal),
    revoke: (token, signal) => revoke(options, token, signal),
  };
}

/** Documented in 2026: HTTP Basic, one form field, and 200 whether or not the token existed. */
async function revoke(
  { http, oauthUrl, clientId, clientSecret }: OAuthOptions,
  token: string,
  signal?: AbortSignal,
): Promise<void> {
  const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const response = await http({
    method: 'POST',
    url: `${oauthUrl}/revoke`,
    headers: { authorization: `Basic ${credentials}` },
    form: { token },
    signal,
  });
  const { status, headers } = response;
  if (status === 401) throw clientRejected();
  if (status >= 400 && status < 500) throw rejectionOf(response);
  if (status !== 200) throw errorOf(response, 'the revocation');
  if (headers['content-type']?.includes('html') === true)
    throw new StravaTransientError('Strava responded to the revocation with a page.');
}

function rejectionOf(response: HttpResponse): Error {
  const resources = new Set(faultsOf(response).map(({ resource }) => resource));
  if (resources.has('RefreshToken')) {
    return new RefreshTokenRejectedError('Strava rejected the refresh token.');
  }
  if (resources.has('AuthorizationCode')) {
    return new AuthorizationNeededError(
      'Strava rejected the code: it was used before or has expired. Start again with: npm run auth',
    );
  }
  return isClientRejected(response) ? clientRejected() : errorOf(response, 'the token');
}

function readGrant(body: JsonObject): Grant {
  const { access_token, refresh_token, expires_at, scope, athlete } = body;
  if (
    typeof access_token !== 'string' ||
    typeof refresh_token !== 'string' ||
    typeof expires_at !== 'number'
  ) {
    throw new MalformedResponseError("Strava's token response lacks a token or its expiry.");
  }
  return {
    accessToken: access_token,
    refreshToken: refresh_token,
    expiresAt: new Date(expires_at * 1_000),
    ...(typeof scope === 'string' && { scope: splitScopes(scope) }),
    ...(isJsonObject(athlete) && { athlete }),
  };
}
