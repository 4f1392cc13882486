/**
 * Strava's OAuth pages: authorization with the athlete's consent simulated, the token endpoint with
 * its table of errors, and the two ways to revoke.
 */
import {
  accessTokenInvalid,
  errorResponse,
  htmlType,
  jsonResponse,
  textResponse,
} from './response.ts';
import type { SimulatedResponse } from './response.ts';
import type { Grants, IssuedTokens } from '../world/grants.ts';
import type { IncomingRequest } from './incoming.ts';
import type { JsonRecord } from './json-text.ts';
import type { Endpoint } from './request-log.ts';

/** The simulated athlete's reaction to the consent page. */
export interface Consent {
  readonly athleteId: number;
  /** The athlete clicks "Cancel". */
  readonly isDenied: boolean;
  /** Scopes whose boxes the athlete unticks. */
  readonly unticked: readonly string[];
}

export interface OAuthDeps {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly grants: Grants;
  readonly consent: () => Consent;
  /** The summary that the code exchange carries; null for an unknown athlete. */
  readonly athlete: (athleteId: number) => JsonRecord | null;
  /** Ends the athlete's grants, and notifies the webhook. */
  readonly deauthorize: (athleteId: number) => void;
}

export interface OAuth {
  respond(endpoint: Endpoint, request: IncomingRequest, nowMs: number): SimulatedResponse;
}

const wrongClient = errorResponse(400, ['Application', 'client_id', 'invalid']);

/** The pages under `/oauth`. */
export function createOAuth(deps: OAuthDeps): OAuth {
  return {
    respond: (endpoint, request, nowMs) => {
      if (endpoint === 'authorize') return authorize(deps, request, nowMs);
      if (endpoint === 'revoke') return revoke(deps, request);
      if (endpoint === 'deauthorize') return deauthorize(deps, request, nowMs);
      return tokenResponse(deps, request, nowMs);
    },
  };
}

function revoke(deps: OAuthDeps, { basic, fields }: IncomingRequest): SimulatedResponse {
  if (basic === null || !isClient(deps, basic[0], basic[1])) return wrongClient;
  const grant = deps.grants.find(fields.get('token') ?? '');
  if (grant !== null) deps.deauthorize(grant.athleteId);
  return jsonResponse({});
}

function deauthorize(
  deps: OAuthDeps,
  { bearer, fields }: IncomingRequest,
  nowMs: number,
): SimulatedResponse {
  const token = bearer ?? fields.get('access_token') ?? '';
  const grant = deps.grants.authenticate(token, nowMs);
  if (grant === null) return accessTokenInvalid();
  deps.deauthorize(grant.athleteId);
  return jsonResponse({ access_token: token });
}

function authorize(deps: OAuthDeps, { query }: IncomingRequest, nowMs: number): SimulatedResponse {
  if (query.get('client_id') !== deps.clientId) return wrongClient;
  const target = readRedirect(query.get('redirect_uri'));
  if (target === null) return errorResponse(400, ['Application', 'redirect_uri', 'invalid']);
  if (query.get('response_type') !== 'code') {
    return errorResponse(400, ['Application', 'response_type', 'invalid']);
  }
  const scopes = splitScopes(query.get('scope') ?? '');
  if (scopes.length === 0) return errorResponse(400, ['Application', 'scope', 'invalid']);
  const athleteId = Number(query.get('simulate_athlete') ?? deps.consent().athleteId);
  const isForced = query.get('approval_prompt') === 'force';
  const earlier = isForced ? null : deps.grants.granted(athleteId);
  const isDenied = query.get('simulate') === 'denied';
  const granted = earlier ?? (isDenied ? null : ask(deps.consent(), scopes));
  target.searchParams.set('state', query.get('state') ?? '');
  if (granted === null) {
    target.searchParams.set('error', 'access_denied');
  } else {
    target.searchParams.set('code', deps.grants.createCode({ athleteId, scopes: granted }, nowMs));
    target.searchParams.set('scope', granted.join(','));
  }
  if (earlier === null && query.get('simulate') === 'page') return consentPage(target);
  return { ...textResponse(302, '', htmlType), headers: { Location: target.href } };
}

/** The scopes that the athlete grants on the consent page; null for a click on "Cancel". */
function ask({ isDenied, unticked }: Consent, scopes: readonly string[]): readonly string[] | null {
  return isDenied ? null : scopes.filter((scope) => !unticked.includes(scope));
}

function consentPage(target: URL): SimulatedResponse {
  const link = target.href.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  const body = `<!DOCTYPE html><title>Authorize</title><a href="${link}">Authorize</a>\n`;
  return textResponse(200, body, htmlType);
}

// The callback domain of the application is taken to be none, so only the two hosts that Strava
// always allows remain.
function readRedirect(text: string | null): URL | null {
  const target = URL.parse(text ?? '');
  return target !== null && ['localhost', '127.0.0.1'].includes(target.hostname) ? target : null;
}

function tokenResponse(
  deps: OAuthDeps,
  { fields }: IncomingRequest,
  nowMs: number,
): SimulatedResponse {
  if (!isClient(deps, fields.get('client_id'), fields.get('client_secret'))) return wrongClient;
  const grantType = fields.get('grant_type');
  if (grantType === 'authorization_code')
    return exchangeCode(deps, fields.get('code') ?? '', nowMs);
  if (grantType !== 'refresh_token') {
    return errorResponse(400, ['Application', 'grant_type', 'invalid']);
  }
  const tokens = deps.grants.refresh(fields.get('refresh_token') ?? '', nowMs);
  return tokens === 'invalid'
    ? errorResponse(400, ['RefreshToken', 'refresh_token', 'invalid'])
    : jsonResponse(describe(tokens, nowMs));
}

function exchangeCode(deps: OAuthDeps, code: string, nowMs: number): SimulatedResponse {
  const tokens = deps.grants.exchangeCode(code, nowMs);
  if (tokens === 'invalid') return errorResponse(400, ['AuthorizationCode', 'code', 'invalid']);
  if (tokens === 'expired') return errorResponse(400, ['AuthorizationCode', '', 'expired']);
  const athlete = deps.athlete(tokens.athleteId);
  return jsonResponse({ ...describe(tokens, nowMs), athlete });
}

function describe(tokens: IssuedTokens, nowMs: number): JsonRecord {
  const expiresAt = Math.floor(tokens.expiresAtMs / 1000);
  return {
    token_type: 'Bearer',
    access_token: tokens.accessToken,
    expires_at: expiresAt,
    expires_in: Math.max(0, expiresAt - Math.floor(nowMs / 1000)),
    refresh_token: tokens.refreshToken,
    scope: tokens.scopes.join(' '),
  };
}

function isClient(deps: OAuthDeps, id: string | undefined, secret: string | undefined): boolean {
  return id === deps.clientId && secret === deps.clientSecret;
}

function splitScopes(text: string): string[] {
  return text.split(/[\s,]+/).filter((scope) => scope !== '');
}
