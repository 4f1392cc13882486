/**
 * Every error that the program raises on purpose. An adapter translates once, at its edge, into one
 * of these; whoever can handle it decides by class or `code`, never by the text. Anything else that
 * is thrown is a bug and ends the process.
 */

/** What a command's exit code means; see docs/commands.md. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  authorization: 3,
  differences: 4,
  later: 75,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The root of the hierarchy: a stable `code`, the exit code it leads to, and a plain sentence. */
export abstract class DomestiqueError extends Error {
  abstract readonly code: string;
  abstract readonly exitCode: ExitCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A command line that cannot be understood. */
export class UsageError extends DomestiqueError {
  override readonly code = 'USAGE';
  override readonly exitCode = exitCodes.usage;
}

/** One or more settings are wrong; each problem is one line with the setting's name. */
export class ConfigurationError extends DomestiqueError {
  override readonly code = 'CONFIGURATION';
  override readonly exitCode = exitCodes.usage;
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    const heading =
      problems.length === 1 ? 'One setting is wrong' : `${problems.length} settings are wrong`;
    super([`${heading}:`, ...problems.map((problem) => `  ${problem}`)].join('\n'), options);
    this.problems = problems;
  }
}

/** Nobody has logged in yet, or the athlete that was asked for is unknown. */
export class NoAthleteError extends DomestiqueError {
  override readonly code = 'NO_ATHLETE';
  override readonly exitCode = exitCodes.authorization;
}

/** An athlete (or the login that was just tried) has to be authorized at Strava (again). */
export class AuthorizationNeededError extends DomestiqueError {
  override readonly code = 'AUTHORIZATION_NEEDED';
  override readonly exitCode = exitCodes.authorization;
}

/** The Strava application itself is refused: nothing works for any athlete until its owner acts. */
export class ApplicationRejectedError extends DomestiqueError {
  override readonly code = 'APPLICATION_REJECTED';
  override readonly exitCode = exitCodes.authorization;
}

/** No MongoDB answers. */
export class MongoUnavailableError extends DomestiqueError {
  override readonly code = 'MONGODB_UNAVAILABLE';
  override readonly exitCode = exitCodes.failed;
}

/** MongoDB answers and refuses: a wrong password, no right to write. */
export class MongoRejectedError extends DomestiqueError {
  override readonly code = 'MONGODB_REJECTED';
  override readonly exitCode = exitCodes.failed;
}

/** The file of the tokens' keys is of no use, or a stored token cannot be decrypted with it. */
export class TokenKeyError extends DomestiqueError {
  override readonly code = 'TOKEN_KEY';
  override readonly exitCode = exitCodes.usage;
}

/** The embedded MongoDB cannot be found, fetched or started. */
export class EmbeddedServerError extends DomestiqueError {
  override readonly code = 'EMBEDDED_SERVER';
  override readonly exitCode = exitCodes.failed;
}

/** What was to be exported is not stored, or has nothing that the format could hold. */
export class NothingToExportError extends DomestiqueError {
  override readonly code = 'NOTHING_TO_EXPORT';
  override readonly exitCode = exitCodes.failed;
}

/** A file, or standard output, does not take what is written to it. */
export class OutputFailedError extends DomestiqueError {
  override readonly code = 'OUTPUT_FAILED';
  override readonly exitCode = exitCodes.failed;
}

/** The database was written by a newer version of the program. */
export class DatabaseNewerError extends DomestiqueError {
  override readonly code = 'DATABASE_NEWER';
  override readonly exitCode = exitCodes.usage;
}

/** A backup or dump cannot be read, is damaged or incomplete, is none, or is of a newer format or database. */
export class BackupUnusableError extends DomestiqueError {
  override readonly code = 'BACKUP_UNUSABLE';
  override readonly exitCode = exitCodes.failed;
}

/** A restore would take the place of data, or of what another process is working on. */
export class RestoreRejectedError extends DomestiqueError {
  override readonly code = 'RESTORE_REJECTED';
  override readonly exitCode = exitCodes.usage;
}

/** The daemon's HTTP server cannot listen at the configured address. */
export class HttpServerError extends DomestiqueError {
  override readonly code = 'HTTP_SERVER';
  override readonly exitCode = exitCodes.failed;
}

/** Strava was away for longer than a command waits. */
export class StravaUnavailableError extends DomestiqueError {
  override readonly code = 'STRAVA_UNAVAILABLE';
  override readonly exitCode = exitCodes.failed;
}

/** The quota is spent; `opensAt` says when the next request may leave. */
export class QuotaSpentError extends DomestiqueError {
  override readonly code = 'QUOTA_SPENT';
  override readonly exitCode = exitCodes.later;
  readonly opensAt: Date;

  constructor(opensAt: Date) {
    super(`The request quota is spent until ${opensAt.toISOString()}.`);
    this.opensAt = opensAt;
  }
}

/** Not everything of an athlete is erased: another process does not let the athlete go, or it was stopped. */
export class EraseUnfinishedError extends DomestiqueError {
  override readonly code = 'ERASE_UNFINISHED';
  override readonly exitCode = exitCodes.later;
}

/** This process lost the lease that it was working under; what it meant to write belongs to another now. */
export class LeaseLostError extends DomestiqueError {
  override readonly code = 'LEASE_LOST';
  override readonly exitCode = exitCodes.failed;
}

/**
 * One request to Strava that brought no usable record. `isTransient` is true where the failure says
 * nothing about the thing that was asked for (a reset, a gateway's HTML page, a timeout): it is
 * asked for again and counts against nobody.
 */
export abstract class StravaRequestError extends DomestiqueError {
  override readonly exitCode = exitCodes.failed;
  abstract readonly isTransient: boolean;
}

/** Strava could not be reached, cut the answer off, answered from a gateway, or took too long. */
export class StravaTransientError extends StravaRequestError {
  override readonly code = 'STRAVA_TRANSIENT';
  override readonly isTransient = true;
}

/** Strava's own 5xx with JSON, or another refusal that belongs to the very record asked for. */
export class StravaRecordError extends StravaRequestError {
  override readonly code = 'STRAVA_RECORD';
  override readonly isTransient = false;
}

/** A complete JSON answer of a shape that cannot be understood. */
export class MalformedResponseError extends StravaRequestError {
  override readonly code = 'MALFORMED_RESPONSE';
  override readonly isTransient = false;
}

/** 404: unknown, deleted, not the athlete's, or (for streams) none there. */
export class NotFoundError extends StravaRequestError {
  override readonly code = 'NOT_FOUND';
  override readonly isTransient = false;
}

/** 402: for subscribers only; asking again does not help. */
export class SubscribersOnlyError extends StravaRequestError {
  override readonly code = 'SUBSCRIBERS_ONLY';
  override readonly isTransient = false;
}

/** 401: the access token is expired or revoked. */
export class AccessTokenRejectedError extends StravaRequestError {
  override readonly code = 'ACCESS_TOKEN_REJECTED';
  override readonly isTransient = false;
}

/** 401 with `missing`: the athlete did not grant the scope that this request needs. */
export class ScopeMissingError extends StravaRequestError {
  override readonly code = 'SCOPE_MISSING';
  override readonly isTransient = false;
}

/** 429: the window counts as spent, whatever our own count says. */
export class RateLimitedError extends StravaRequestError {
  override readonly code = 'RATE_LIMITED';
  override readonly isTransient = true;
}

/** Strava says that this refresh token is not valid (any more). */
export class RefreshTokenRejectedError extends StravaRequestError {
  override readonly code = 'REFRESH_TOKEN_REJECTED';
  override readonly isTransient = false;
}

/** The application has a webhook subscription already; Strava allows one. */
export class SubscriptionExistsError extends StravaRequestError {
  override readonly code = 'SUBSCRIPTION_EXISTS';
  override readonly isTransient = false;
}

/** Strava did not get its challenge back from the callback URL, or does not like the URL. */
export class CallbackRejectedError extends StravaRequestError {
  override readonly code = 'CALLBACK_REJECTED';
  override readonly isTransient = false;
}
