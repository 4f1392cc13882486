/**
 * Strava's OAuth 2.0 (https://developers.strava.com/docs/authentication/): the authorize URL, the
 * exchange of a code, the refresh, and the revocation. It stores nothing.
 */
import { dayMs, hourMs, secondMs } from '../domain/duration.ts';
import { commandLine } from '../domain/invocation.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import { splitScopes } from '../domain/auth/scope.ts';
import { ApplicationRejectedError, AuthorizationNeededError } from '../errors.ts';
import {
  MalformedResponseError,
  RefreshTokenRejectedError,
  StravaTransientError,
} from '../strava-errors.ts';
import type { Fault } from './responses.ts';
import {
  clientRejected,
  errorOf,
  faultsOf,
  isAthleteLimitReached,
  isClientRejected,
  readObject,
  rejectionOf,
} from './responses.ts';
import type { Http, HttpResponse } from './http.ts';

export interface OAuthOptions {
  readonly http: Http;
  /** The base URL, without a trailing slash. */
  readonly oauthUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly nowMs: () => number;
}

/** What a token response grants. */
export interface Grant {
  /** Absent where the response has a refresh token alone, which can get one. */
  readonly accessToken?: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
  /** Absent if the response names none. */
  readonly scope?: readonly string[];
  /** Only the exchange of a code brings the athlete. */
  readonly athlete?: JsonObject;
}

export interface AuthorizeOptions {
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly state: string;
  /**
   * Whether Strava shows its page in any case. Otherwise it returns what the athlete granted this
   * application before, without asking again, so that a missing scope stays missing.
   */
  readonly isForced: boolean;
}

export interface OAuth {
  /** The page that the athlete's browser has to open. */
  authorizeUrl(options: AuthorizeOptions): string;
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
  const { http, oauthUrl, clientId, clientSecret, nowMs } = options;
  const requestTokens = async (
    grant: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Grant> => {
    const form = { client_id: clientId, client_secret: clientSecret, ...grant };
    const response = await http({ method: 'POST', url: `${oauthUrl}/token`, form, signal });
    throwRejection(response);
    return readGrant(readObject(response, 'the token'), nowMs(), grant['refresh_token']);
  };

  return {
    authorizeUrl: ({ redirectUri, scopes, state, isForced }) => {
      const query = new URLSearchParams({
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        approval_prompt: isForced ? 'force' : 'auto',
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
  throwRejection(response);
  if (status !== 200) throw errorOf(response, 'the revocation');
  if (headers['content-type']?.includes('html') === true)
    throw new StravaTransientError('Strava responded to the revocation with a page.');
}

/** @throws the error of a 4xx, which only these calls know. */
function throwRejection(response: HttpResponse): void {
  if (response.status < 400 || response.status > 499) return;
  const faults = faultsOf(response);
  const has = (key: keyof Fault, word: string): boolean =>
    faults.some((fault) => fault[key] === word);
  if (has('resource', 'RefreshToken')) {
    throw new RefreshTokenRejectedError('Strava rejected the refresh token.');
  }
  if (has('resource', 'AuthorizationCode')) {
    throw new AuthorizationNeededError(
      `Strava rejected the code: it was used before or has expired. Start again with: ${commandLine('auth')}`,
    );
  }
  if (isAthleteLimitReached(response)) throw athleteLimitReached();
  if (has('resource', 'Application') && has('field', 'redirect_uri')) throw callbackRejected();
  if (isClientRejected(response)) throw clientRejected();
  throw rejectionOf(response, 'the token', 'STRAVA_OAUTH_URL') ?? errorOf(response, 'the token');
}

function athleteLimitReached(): ApplicationRejectedError {
  return new ApplicationRejectedError(
    'The application has as many athletes as Strava allows it. Raise the limit at https://www.strava.com/settings/api, or let an athlete withdraw the access at https://www.strava.com/settings/apps.',
  );
}

function callbackRejected(): ApplicationRejectedError {
  return new ApplicationRejectedError(
    "Strava rejects the address that a login returns to: set the application's Authorization Callback Domain to localhost at https://www.strava.com/settings/api.",
  );
}

/**
 * A refresh token replaces the old one, so nothing else in the response may cost it: what is unusable
 * beside it is left out or guessed. Without a new one the `old` stays valid (RFC 6749, section 6).
 * @throws MalformedResponseError without a usable token
 */
function readGrant(body: JsonObject, nowMs: number, old: string | undefined): Grant {
  const { access_token, refresh_token, scope, athlete } = body;
  const isRenewed = isToken(refresh_token);
  const refreshToken = isRenewed ? refresh_token : old;
  const accessToken = isToken(access_token) ? access_token : undefined;
  if (refreshToken === undefined || !(isRenewed || accessToken !== undefined)) {
    throw new MalformedResponseError("Strava's token response has no usable token.");
  }
  return {
    ...(accessToken !== undefined && { accessToken }),
    refreshToken,
    expiresAt: accessToken === undefined ? new Date(0) : expiryOf(body, nowMs),
    ...(typeof scope === 'string' &&
      scope.length <= maxTextLength && { scope: splitScopes(scope) }),
    ...(isJsonObject(athlete) && { athlete }),
  };
}

/** Of a token or the scopes: a multiple of any that Strava gives. */
const maxTextLength = 4_096;

/** Whether it is one word that can stand in a header. */
function isToken(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) && value.length <= maxTextLength;
}

const maxLifetimeMs = 365 * dayMs;
/** Too long a guess costs one rejected request, and too short a one a refresh. */
const guessedLifetimeMs = hourMs;

/** By `expires_at`, else by `expires_in` (both in seconds), else a guess. */
function expiryOf({ expires_at, expires_in }: JsonObject, nowMs: number): Date {
  const atMs = secondsOf(expires_at) * secondMs;
  const inMs = secondsOf(expires_in) * secondMs;
  const isCredible = (ms: number): boolean => Math.abs(ms - nowMs) <= maxLifetimeMs;
  const found = [atMs, nowMs + inMs].find(isCredible);
  return new Date(found ?? nowMs + guessedLifetimeMs);
}

function secondsOf(value: JsonValue | undefined): number {
  if (typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value);
  return typeof value === 'number' ? value : Number.NaN;
}
