/**
 * What a failure of MongoDB means: a transient failure, a rejection that the user has to resolve, or a bug.
 * The driver's retryable writes do not cover a killed server, so each operation here is idempotent
 * and may be tried again after a passing one.
 */
import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
} from 'mongodb';
import { MongoRejectedError } from '../../errors.ts';

/**
 * Codes of MongoDB's error_codes.yml that say that the server is going, coming, changing its role, or
 * short of room, or that a router finds no primary or has an old map of the shards: HostUnreachable,
 * LockTimeout, NetworkTimeout, MaxTimeMSExpired, WriteConcernFailed, ShutdownInProgress, WriteConflict,
 * FailedToSatisfyReadPreference, PrimarySteppedDown, ExceededTimeLimit, NotWritablePrimary, the
 * Interrupted family, StaleConfig, NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary, OutOfDiskSpace.
 */
const passingCodes: ReadonlySet<number> = new Set([
  6, 7, 24, 50, 64, 89, 91, 112, 133, 189, 202, 262, 290, 9001, 10107, 11600, 11601, 11602, 13388,
  13435, 13436, 14031,
]);

/** AuthenticationFailed, and AtlasError, by which a hosted MongoDB says the same. */
const authenticationFailed: ReadonlySet<number> = new Set([18, 8000]);
/** Unauthorized: the user lacks the right. */
export const unauthorized = 13;
const documentValidationFailure = 121;
/** Among others: the index of a hint is not there. */
export const badValue = 2;
export const namespaceNotFound = 26;
export const namespaceExists = 48;
/** A unique index rejected the write. */
export const duplicateKey = 11000;
const pathNotViable = 28;

const passingNames: ReadonlySet<string> = new Set([
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'MongoWaitQueueTimeoutError',
  'MongoOperationTimeoutError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoClientClosedError',
]);

/** Whether the same operation may succeed later by itself. */
export function isPassing(failure: unknown): boolean {
  const error = withoutWrapping(failure);
  if (error instanceof MongoServerSelectionError) return !isLoginRejected(error);
  if (error instanceof MongoNetworkError) return true;
  if (isNameFailure(error) || isSocketFailure(error)) return true;
  if (!(error instanceof MongoError)) return false;
  if (passingNames.has(error.name)) return true;
  if (error.hasErrorLabel('RetryableWriteError')) return true;
  if (error instanceof MongoBulkWriteError) {
    const codes = [error.writeErrors].flat().map(({ code }) => code);
    if (codes.some((code) => passingCodes.has(code))) return true;
  }
  return error instanceof MongoServerError && passingCodes.has(codeOf(error));
}

/** The driver wraps what failed a bulk write as a whole, a broken connection too, as if the server had said it. */
function withoutWrapping(error: unknown): unknown {
  const isWrapping = error instanceof MongoBulkWriteError && error.errorResponse instanceof Error;
  return isWrapping ? error.errorResponse : error;
}

/** The driver leaves a failed look-up of a `mongodb+srv` name as Node's DNS error (its `syscall` is `querySrv` or `queryTxt`). */
function isNameFailure(error: unknown): boolean {
  return (
    error instanceof Error &&
    'syscall' in error &&
    typeof error.syscall === 'string' &&
    error.syscall.startsWith('query')
  );
}

const socketCodes: readonly unknown[] = ['EPIPE', 'ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT'];

/** The driver leaves a write to a socket that the server has just ended as Node's own error. */
function isSocketFailure(error: unknown): boolean {
  return error instanceof Error && 'code' in error && socketCodes.includes(error.code);
}

function isLoginRejected(error: MongoServerSelectionError): boolean {
  const { cause } = error;
  return cause instanceof MongoServerError && authenticationFailed.has(codeOf(cause));
}

function codeOf(error: MongoServerError): number {
  return typeof error.code === 'number' ? error.code : 0;
}

/** Turns a rejection into a message for the user; any other error is a bug and stays as it is. */
export function translateRejection(error: unknown): unknown {
  const rejection = error instanceof MongoServerSelectionError ? error.cause : error;
  if (!(rejection instanceof MongoServerError)) return error;
  const code = codeOf(rejection);
  if (authenticationFailed.has(code)) {
    return new MongoRejectedError(
      'MongoDB rejects the login. Check the user and the password in MONGODB_URI.',
      { cause: error },
    );
  }
  if (code === unauthorized) {
    return new MongoRejectedError(
      'MongoDB does not allow this user what is needed: give it the role readWrite on the database (MONGODB_DATABASE).',
      { cause: error },
    );
  }
  return error;
}

/** A 2dsphere index cannot take the document's geometry, or it would take more keys than one document may have. */
const geometryRejections: ReadonlySet<number> = new Set([16755, 201]);

/** Whether a code of MongoDB's says that a 2dsphere index rejected the write. */
export function isOfGeometry(code: number): boolean {
  return geometryRejections.has(code);
}

/** Whether a 2dsphere index rejected the write. */
export function isGeometryRejected(error: unknown): boolean {
  return error instanceof MongoServerError && isOfGeometry(codeOf(error));
}

/** Whether the server responded with this code, also where the error is translated already. */
export function hasServerCode(error: unknown, code: number): boolean {
  const failure = error instanceof MongoRejectedError ? error.cause : error;
  return failure instanceof MongoServerError && failure.code === code;
}

/** Whether an update names a path below a value that is no object. */
export function isPathNotViable(error: unknown): boolean {
  return hasServerCode(error, pathNotViable);
}

/** Whether a unique index rejected the write. */
export function isDuplicateKey(error: unknown): boolean {
  return hasServerCode(error, duplicateKey);
}

/** Whether a unique index rejected every write of a bulk that failed. */
export function areDuplicateKeys(error: unknown): boolean {
  const failure = error instanceof MongoRejectedError ? error.cause : error;
  if (!(failure instanceof MongoBulkWriteError)) return false;
  return [failure.writeErrors].flat().every(({ code }) => code === duplicateKey);
}

/** The failure in a few words, without a URI. */
export function describeMongoFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown failure';
  const [line = error.name] = error.message.split('\n');
  return line
    .replace(/mongodb(\+srv)?:\/\/\S+/g, 'mongodb://…')
    .replace(/^connection (?:<monitor>|\d+) to /, 'the connection to ');
}

/** What a validator has against a document, in a few words; undefined for any other failure. */
export function validationFailureOf(error: unknown): string | undefined {
  if (error instanceof MongoBulkWriteError) {
    const rejections = [error.writeErrors].flat();
    return rejections.some(({ code }) => code === documentValidationFailure)
      ? (rejections[0]?.errmsg ?? error.message)
      : undefined;
  }
  const isRejection = error instanceof MongoServerError && error.code === documentValidationFailure;
  return isRejection ? error.message : undefined;
}
