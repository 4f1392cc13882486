/**
 * Every error that the program raises on purpose. Adapters translate foreign errors into these once,
 * at their edge. Callers decide by class or `code`, never by the message. Any other error is a bug and
 * ends the process.
 */

/** The exit codes of the commands; see docs/commands.md. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  authorization: 3,
  differences: 4,
  later: 75,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The root of the hierarchy: a stable `code`, an exit code and a message of plain sentences. */
export abstract class DomestiqueError extends Error {
  abstract readonly code: string;
  abstract readonly exitCode: ExitCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** What `--json` prints in place of its result where a command failed; one line. */
export function errorJson({ code, message }: DomestiqueError): string {
  return JSON.stringify({ error: { code, message } });
}

/** The command line is invalid. */
export class UsageError extends DomestiqueError {
  override readonly code = 'USAGE';
  override readonly exitCode = exitCodes.usage;
}

/** One or more settings are wrong; each of `errors` is one line with the name of its setting. */
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

/** Neither the application's id nor its secret is set: the user has just begun. */
export class NotSetUpError extends DomestiqueError {
  override readonly code = 'NOT_SET_UP';
  override readonly exitCode = exitCodes.usage;
}

/** No athlete has logged in yet, or the requested athlete is unknown. */
export class NoAthleteError extends DomestiqueError {
  override readonly code = 'NO_ATHLETE';
  override readonly exitCode = exitCodes.authorization;
}

/** The athlete's login belongs to another application that shares the database. */
export class OtherApplicationError extends DomestiqueError {
  override readonly code = 'OTHER_APPLICATION';
  override readonly exitCode = exitCodes.usage;
}

/** An athlete has to log in at Strava (again), or a login failed. */
export class AuthorizationNeededError extends DomestiqueError {
  override readonly code = 'AUTHORIZATION_NEEDED';
  override readonly exitCode = exitCodes.authorization;
}

/** Strava rejects the application itself, for every athlete, until its owner acts. */
export class ApplicationRejectedError extends DomestiqueError {
  override readonly code = 'APPLICATION_REJECTED';
  override readonly exitCode = exitCodes.authorization;
}

/** MongoDB does not respond. */
export class MongoUnavailableError extends DomestiqueError {
  override readonly code = 'MONGODB_UNAVAILABLE';
  override readonly exitCode = exitCodes.failed;
}

/** MongoDB rejects the login or an operation: a wrong password, no right to write. */
export class MongoRejectedError extends DomestiqueError {
  override readonly code = 'MONGODB_REJECTED';
  override readonly exitCode = exitCodes.failed;
}

/** The token key file is unusable, or does not decrypt a stored token. */
export class TokenKeyError extends DomestiqueError {
  override readonly code = 'TOKEN_KEY';
  override readonly exitCode = exitCodes.usage;
}

/** The embedded MongoDB cannot be found, downloaded or started. */
export class EmbeddedServerError extends DomestiqueError {
  override readonly code = 'EMBEDDED_SERVER';
  override readonly exitCode = exitCodes.failed;
}

/** The requested export is not stored, or has no data for the format. */
export class NothingToExportError extends DomestiqueError {
  override readonly code = 'NOTHING_TO_EXPORT';
  override readonly exitCode = exitCodes.failed;
}

/** A bulk export of Strava cannot be imported; nothing of it was written. */
export abstract class BulkExportError extends DomestiqueError {}

/** The archive is cut or damaged, has unsafe names, or is too large. */
export class BulkExportUnusableError extends BulkExportError {
  override readonly code = 'BULK_EXPORT_UNUSABLE';
  override readonly exitCode = exitCodes.failed;
}

/** There is nothing at that path, or something else than a bulk export of Strava. */
export class NoBulkExportError extends BulkExportError {
  override readonly code = 'NO_BULK_EXPORT';
  override readonly exitCode = exitCodes.usage;
}

/** A file or standard output cannot be written. */
export class OutputFailedError extends DomestiqueError {
  override readonly code = 'OUTPUT_FAILED';
  override readonly exitCode = exitCodes.failed;
}

/** A newer version of the program wrote the database. */
export class DatabaseNewerError extends DomestiqueError {
  override readonly code = 'DATABASE_NEWER';
  override readonly exitCode = exitCodes.usage;
}

/** There is nothing at the path of a backup, or something else than one backup of this program. */
export class NoBackupError extends DomestiqueError {
  override readonly code = 'NO_BACKUP';
  override readonly exitCode = exitCodes.usage;
}

/** A file of a backup or dump is unreadable, damaged or missing, or of a newer format or database. */
export class BackupUnusableError extends DomestiqueError {
  override readonly code = 'BACKUP_UNUSABLE';
  override readonly exitCode = exitCodes.failed;
}

/** A restore would overwrite data, or another process is using the database. */
export class RestoreRejectedError extends DomestiqueError {
  override readonly code = 'RESTORE_REJECTED';
  override readonly exitCode = exitCodes.usage;
}

/** The daemon's HTTP server cannot listen at the configured address. */
export class HttpServerError extends DomestiqueError {
  override readonly code = 'HTTP_SERVER';
  override readonly exitCode = exitCodes.failed;
}

/** Strava was unavailable for longer than a command waits. */
export class StravaUnavailableError extends DomestiqueError {
  override readonly code = 'STRAVA_UNAVAILABLE';
  override readonly exitCode = exitCodes.failed;
}

/** The quota is spent; the next request may be sent at `opensAt`. */
export class QuotaSpentError extends DomestiqueError {
  override readonly code = 'QUOTA_SPENT';
  override readonly exitCode = exitCodes.later;
  readonly opensAt: Date;

  constructor(opensAt: Date) {
    super(`The request quota is spent until ${opensAt.toISOString()}.`);
    this.opensAt = opensAt;
  }
}

/** Part of an athlete's data is left: another process holds the lease, or `erase` was stopped. */
export class EraseUnfinishedError extends DomestiqueError {
  override readonly code = 'ERASE_UNFINISHED';
  override readonly exitCode = exitCodes.later;
}

/** Another process keeps the athlete whom a command needs for itself. */
export class AthleteHeldError extends DomestiqueError {
  override readonly code = 'ATHLETE_HELD';
  override readonly exitCode = exitCodes.later;
}

/** A signal interrupted a command that cannot end with a partial result. */
export class InterruptedError extends DomestiqueError {
  override readonly code = 'INTERRUPTED';
  override readonly exitCode = exitCodes.interrupted;
}

/** Another process took over this process's lease; nothing more may be written under it. */
export class LeaseLostError extends DomestiqueError {
  override readonly code = 'LEASE_LOST';
  override readonly exitCode = exitCodes.failed;
}
