/**
 * The athletes' grants: codes, refresh tokens and access tokens, with Strava's rules for their lives. It
 * knows nothing of HTTP.
 */
import { createRandom } from './random.ts';
import type { Random } from './random.ts';

export type Rotation = 'always' | 'never' | 'random';

/** The athlete and the scopes that a token stands for. */
export interface Grant {
  readonly athleteId: number;
  readonly scopes: readonly string[];
}

/** Tokens as they are handed out. */
export interface IssuedTokens extends Grant {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAtMs: number;
}

export interface GrantRules {
  readonly seed: number;
  readonly accessTokenLifetimeMs: number;
  readonly rotation: Rotation;
  /** A refresh while more than an hour is left returns the current access token. */
  readonly isAccessTokenReused: boolean;
}

export interface Grants {
  /** A fresh single-use code. */
  createCode(grant: Grant, nowMs: number): string;
  /** A refresh token as from an earlier login. */
  createRefreshToken(grant: Grant): string;
  exchangeCode(code: string, nowMs: number): IssuedTokens | 'invalid' | 'expired';
  refresh(refreshToken: string, nowMs: number): IssuedTokens | 'invalid';
  /** The scopes that the athlete granted last, in force until a revocation; null for none. */
  granted(athleteId: number): readonly string[] | null;
  /** The grant of a live access token; null for any other. */
  authenticate(accessToken: string, nowMs: number): Grant | null;
  /** The grant of an access or refresh token; null for an unknown one. */
  find(token: string): Grant | null;
  revokeAthlete(athleteId: number): void;
  /** Whether that refresh token would be accepted now. */
  isLive(refreshToken: string): boolean;
  /** Lets every access token expire at once. */
  expireAccessTokens(): void;
}

interface Session extends Grant {
  refreshToken: string;
  accessToken: string | null;
  expiresAtMs: number;
}

const hourMs = 3_600_000;
const codeLifetimeMs = 10 * 60_000;

/** No grants yet. */
export function createGrants(rules: GrantRules): Grants {
  const random = createRandom(rules.seed, 'tokens');
  const codes = new Map<string, Grant & { readonly expiresAtMs: number }>();
  const sessions = createSessions(rules, random);
  const granted = new Map<number, readonly string[]>();
  return {
    createCode: (grant, nowMs) => {
      const code = random.hex(40);
      granted.set(grant.athleteId, grant.scopes);
      codes.set(code, { ...grant, expiresAtMs: nowMs + codeLifetimeMs });
      return code;
    },
    createRefreshToken: (grant) => {
      granted.set(grant.athleteId, grant.scopes);
      return sessions.open(grant).refreshToken;
    },
    granted: (athleteId) => granted.get(athleteId) ?? null,
    exchangeCode: (code, nowMs) => {
      const grant = codes.get(code);
      if (grant === undefined) return 'invalid';
      codes.delete(code);
      return nowMs >= grant.expiresAtMs ? 'expired' : sessions.issue(sessions.open(grant), nowMs);
    },
    refresh: (refreshToken, nowMs) => {
      const session = sessions.byRefreshToken(refreshToken);
      if (session === undefined) return 'invalid';
      if (isRotated(rules.rotation, random.next())) session.refreshToken = random.hex(40);
      return sessions.issue(session, nowMs);
    },
    authenticate: (accessToken, nowMs) => {
      const known = sessions.byAccessToken(accessToken);
      return known !== undefined && nowMs < known.expiresAtMs ? known.session : null;
    },
    find: (token) =>
      sessions.byAccessToken(token)?.session ?? sessions.byRefreshToken(token) ?? null,
    revokeAthlete: (athleteId) => {
      sessions.end(athleteId);
      granted.delete(athleteId);
    },
    isLive: (refreshToken) => sessions.byRefreshToken(refreshToken) !== undefined,
    expireAccessTokens: () => {
      sessions.expire();
    },
  };
}

interface AccessToken {
  readonly session: Session;
  expiresAtMs: number;
}

function createSessions(rules: GrantRules, random: Random) {
  const sessions = new Set<Session>();
  const accessTokens = new Map<string, AccessToken>();
  return {
    open: ({ athleteId, scopes }: Grant): Session => {
      const refreshToken = random.hex(40);
      const session = { athleteId, scopes, refreshToken, accessToken: null, expiresAtMs: 0 };
      sessions.add(session);
      return session;
    },
    issue: (session: Session, nowMs: number): IssuedTokens => {
      const isReused = rules.isAccessTokenReused && session.expiresAtMs - nowMs > hourMs;
      if (session.accessToken === null || !isReused) {
        session.accessToken = random.hex(40);
        // Strava's expiry has no fractions of a second.
        session.expiresAtMs = Math.floor((nowMs + rules.accessTokenLifetimeMs) / 1000) * 1000;
        accessTokens.set(session.accessToken, { session, expiresAtMs: session.expiresAtMs });
      }
      return { ...session, accessToken: session.accessToken };
    },
    byRefreshToken: (token: string): Session | undefined =>
      sessions.values().find(({ refreshToken }) => refreshToken === token),
    byAccessToken: (token: string): AccessToken | undefined => {
      const known = accessTokens.get(token);
      return known !== undefined && sessions.has(known.session) ? known : undefined;
    },
    end: (athleteId: number): void => {
      for (const session of [...sessions]) {
        if (session.athleteId === athleteId) sessions.delete(session);
      }
    },
    expire: (): void => {
      for (const known of accessTokens.values()) known.expiresAtMs = 0;
      for (const session of sessions) session.expiresAtMs = 0;
    },
  };
}

function isRotated(rotation: Rotation, draw: number): boolean {
  return rotation === 'always' || (rotation === 'random' && draw < 0.5);
}
