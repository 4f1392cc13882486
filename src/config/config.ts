/**
 * The shape of the checked configuration, as it is handed down by slice. It holds no logic: where
 * values come from is `load.ts`, what is allowed is `settings.ts`.
 */

import type { TrackSource } from '../domain/derived/recorded-track.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export const logFormats = ['pretty', 'json'] as const;

export const deauthorizationChoices = ['keep', 'erase'] as const;

export type LogLevel = (typeof logLevels)[number];
export type LogFormat = (typeof logFormats)[number];
export type DeauthorizationChoice = (typeof deauthorizationChoices)[number];

/** How much Strava lets the application ask; windows are aligned to multiples of their length. */
export interface QuotaConfig {
  readonly short: number;
  readonly shortWindowMs: number;
  readonly daily: number;
  readonly dailyWindowMs: number;
  /** Whether a limit in Strava's headers that is higher than the configured one is used. */
  readonly isHigherAllowed: boolean;
}

/** The application at Strava. Base URLs have no trailing slash. */
export interface StravaConfig {
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly apiUrl: string;
  readonly oauthUrl: string;
  /** What a login asks the athlete for. */
  readonly scopes: readonly string[];
  readonly quota: QuotaConfig;
  readonly requestTimeoutMs: number;
}

/** The database; without `uri` it is the embedded server, on `port`. */
export interface MongodbConfig {
  readonly uri?: string;
  readonly database: string;
  readonly port: number;
}

/** What is fetched, and when. */
export interface SyncConfig {
  /** A valid text for `parseSince`; it stays a text because `90d` depends on the present. */
  readonly since?: string;
  /** Five or six cron fields. */
  readonly schedule: string;
  /** An IANA time zone, for the schedule. */
  readonly timezone: string;
  readonly shouldFetchStreams: boolean;
  /** What the tracks are made of. */
  readonly trackSource: TrackSource;
  readonly shouldFetchDetails: boolean;
  readonly shouldFetchSegments: boolean;
  readonly shouldFetchAthlete: boolean;
}

/** How often, and how far back, the list is read again. */
export interface ReconcileConfig {
  readonly recentIntervalMs: number;
  readonly recentPeriodMs: number;
  readonly fullIntervalMs: number;
}

/** How long what grows by itself is kept. */
export interface KeepConfig {
  readonly changesMs: number;
  readonly runsMs: number;
}

/** The daemon's HTTP server. */
export interface HttpConfig {
  readonly host: string;
  /** 0 is any free port. */
  readonly port: number;
}

/** Who is told that the person is needed; one of the two, or none. */
export interface NotifyConfig {
  /** A command line for the shell. */
  readonly command: string | undefined;
  readonly url: string | undefined;
}

export interface WebhookConfig {
  /** How often the lists are looked at while a subscription is live. */
  readonly pollIntervalMs: number;
  /** What happens to the data of an athlete who withdraws the access. */
  readonly onDeauthorization: DeauthorizationChoice;
}

/** The login in the browser. */
export interface AuthConfig {
  /** Where the redirect is awaited; 0 is any free port. */
  readonly port: number;
}

/** What keeps two processes from doing the same work. */
export interface LeaseConfig {
  /** How long a silent process on another machine is believed to be alive. */
  readonly durationMs: number;
}

/** What goes to stderr. */
export interface LogConfig {
  readonly level: LogLevel;
  /** Undefined: pretty on a terminal, else json. */
  readonly format: LogFormat | undefined;
}

/** The whole configuration: checked and deeply frozen. */
export interface Config {
  readonly strava: StravaConfig;
  readonly mongodb: MongodbConfig;
  /** Absolute path of the embedded server's home. */
  readonly dataDir: string;
  /** Absolute path of the file of the logins' keys; undefined: they are not encrypted. */
  readonly tokenKeyFile: string | undefined;
  readonly sync: SyncConfig;
  readonly reconcile: ReconcileConfig;
  /** After how many days what was fetched is removed again; undefined: never. */
  readonly retentionDays: number | undefined;
  readonly keep: KeepConfig;
  readonly http: HttpConfig;
  readonly webhook: WebhookConfig;
  readonly notify: NotifyConfig;
  readonly auth: AuthConfig;
  readonly lease: LeaseConfig;
  readonly log: LogConfig;
  /** What is worth telling the user though it stops nothing, one sentence each. */
  readonly warnings: readonly string[];
}
