/**
 * The options of a simulator, and its controls while it runs.
 */
import type { Clock } from '../clock.ts';
import type { AthleteSpec } from './world/activity-generation.ts';
import type { FaultPlan } from './api/faults.ts';
import type { Rotation } from './world/grants.ts';
import type { HeldRequest } from './api/holds.ts';
import type { Consent } from './api/oauth.ts';
import type { HeaderMode, Quota, Usage } from './api/quota-windows.ts';
import type { RequestLog, RequestMatch } from './api/request-log.ts';
import type { SentEvent } from './api/subscriptions.ts';
import type { World } from './world/world.ts';

export interface SimulatorOptions {
  /** Everything invented follows from it; default 1. */
  readonly seed?: number;
  /** For windows, tokens' expiry and the `Date` header; default the machine's. */
  readonly clock?: Clock;
  /** Default 0: any free one. */
  readonly port?: number;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** Default one athlete, 1001, with 100 activities in three years. */
  readonly athletes?: readonly AthleteSpec[];
  /** Default 200 in 15 minutes and 1,000 a day. */
  readonly quota?: Partial<Quota>;
  readonly headers?: HeaderMode;
  /** Default six hours. */
  readonly accessTokenLifetimeMs?: number;
  /** Whether a refresh changes the refresh token and kills the old one; default always. */
  readonly rotation?: Rotation;
  /** Whether a refresh with more than an hour left returns the same access token; default true. */
  readonly reuseAccessToken?: boolean;
  /** Probability that an invisible record takes a place on a page beside a visible one; default 0. */
  readonly pageShortening?: number;
  /** Between two attempts at an event; default half a second. */
  readonly eventRetryDelayMs?: number;
}

export interface Simulator {
  readonly url: string;
  /** What `STRAVA_API_URL` takes. */
  readonly apiUrl: string;
  /** What `STRAVA_OAUTH_URL` takes. */
  readonly oauthUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly world: World;
  readonly requests: RequestLog;
  readonly faults: FaultPlan;
  /** Events sent to a webhook subscription, with the status of each attempt. */
  readonly events: readonly SentEvent[];
  /** Resolves when no event is on its way any more. */
  eventsSettled(): Promise<void>;
  /** Resolves with the next matching request, held after its work and before its response. */
  hold(match: RequestMatch): Promise<HeldRequest>;
  /** What a click on "Authorize" yields: a fresh single-use code. */
  grant(athleteId: number, scopes?: readonly string[]): string;
  /** A refresh token as from an earlier login. */
  issueRefreshToken(athleteId: number, scopes?: readonly string[]): string;
  /** Whether a refresh token would be accepted now. */
  isRefreshTokenLive(refreshToken: string): boolean;
  /** Rejects every issued access token from now on. */
  expireAccessTokens(): void;
  /** The athlete's reaction to the next consent pages: which athlete, which scopes are unticked, or a denial. */
  setConsent(changes: Partial<Consent>): void;
  /** The athlete revokes access: all tokens die, and the webhook's event fires. */
  deauthorize(athleteId: number): void;
  /** Every call responds 403 while it is true. */
  setApplicationInactive(isInactive: boolean): void;
  setQuota(changes: Partial<Quota>): void;
  setHeaders(mode: HeaderMode): void;
  /** Asked before each response how far its `Date` header is from the clock, in milliseconds. */
  setDateOffset(dateOffsetMs: () => number): void;
  /** Raises the usage as another program of the same application would. */
  useQuotaElsewhere(requests: number): void;
  usage(): Usage;
  /** Ends every connection, hung ones too. */
  close(): Promise<void>;
}
