/**
 * What only the first connection shows to be wrong with a connection string: an option whose package or
 * file is missing, or that the server does not know. No message repeats the string.
 */
import {
  MongoError,
  MongoMissingDependencyError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
} from 'mongodb';
import { ConfigurationError } from '../../errors.ts';
import { describeMongoFailure } from './failures.ts';

/** MechanismUnavailable of MongoDB's error_codes.yml. */
const mechanismUnavailable = 334;

/** A failed connection as an error in the connection string; any other failure stays as it is. */
export function explainUnusable(failure: unknown): unknown {
  const problem = problemOf(causeOf(failure));
  return problem === undefined
    ? failure
    : new ConfigurationError([`MONGODB_URI: ${problem}`], { cause: failure });
}

/** The driver wraps what happens during the search for a server. */
function causeOf(failure: unknown): unknown {
  return failure instanceof MongoServerSelectionError && failure.cause ? failure.cause : failure;
}

function problemOf(error: unknown): string | undefined {
  if (error instanceof MongoServerError) {
    return error.code === mechanismUnavailable
      ? 'this MongoDB does not offer its authMechanism'
      : undefined;
  }
  if (error instanceof MongoNetworkError) return undefined;
  if (error instanceof MongoMissingDependencyError) {
    return `an option needs the package ${error.dependencyName}, which Domestique does not have: leave out the compressor or the authMechanism that asks for it`;
  }
  if (error instanceof MongoError) return `cannot be used: ${describeMongoFailure(error)}`;
  if (isFileFailure(error)) {
    return `a file that it names, such as tlsCAFile or tlsCertificateKeyFile, cannot be read (${error.code})`;
  }
  return undefined;
}

function isFileFailure(error: unknown): error is Error & { readonly code: string } {
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) return false;
  return ['open', 'read', 'stat'].includes(String(error.syscall));
}
