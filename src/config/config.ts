/**
 * The shape of the checked configuration, as it is handed down by slice. It holds no logic: where
 * values come from is `load.ts`, what is allowed is `settings.ts`.
 */

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export const logFormats = ['pretty', 'json'] as const;

export type LogLevel = (typeof logLevels)[number];
export type LogFormat = (typeof logFormats)[number];

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
  readonly sync: SyncConfig;
  readonly auth: AuthConfig;
  readonly lease: LeaseConfig;
  readonly log: LogConfig;
  /** What is worth telling the user though it stops nothing, one sentence each. */
  readonly warnings: readonly string[];
}
