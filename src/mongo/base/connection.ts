/**
 * The connection to MongoDB: opens it with the write concern that survives a killed server, and retries
 * every operation while MongoDB is away. It knows nothing of what is stored.
 */
import type { Db, MongoClientOptions } from 'mongodb';
import { MongoClient, MongoOperationTimeoutError } from 'mongodb';
import type { Logger } from 'pino';
import type { Clock } from '../../clock.ts';
import { formatDuration } from '../../domain/duration.ts';
import { MongoUnavailableError } from '../../errors.ts';
import { retry } from '../../retry.ts';
import { describeMongoFailure, isPassing, translateRejection } from './failures.ts';
import { explainUnusable } from './connection-string.ts';
import type { Retry } from './retrying-db.ts';
import { retryingDb } from './retrying-db.ts';

export interface MongoOptions {
  readonly uri: string;
  readonly database: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  /** How long to go on trying while MongoDB is away; Infinity for the daemon. */
  readonly deadlineMs: number;
  /** How long opening may take in all; without it each try has the time of an operation. */
  readonly openWithinMs?: number | undefined;
  /** Ends the trying. */
  readonly signal: AbortSignal;
  /** Called before each new try, to repair the connection if possible. */
  readonly onAway: () => Promise<void>;
}

/** An open database. */
export interface Mongo {
  /**
   * Its operations retry by themselves while MongoDB is away.
   * @throws MongoUnavailableError once the deadline is over, MongoRejectedError for a rejection.
   */
  readonly db: Db;
  /** The same database for urgent writes: they are retried although the program is being stopped. */
  readonly urgent: Db;
  /** Where it is: hosts and database, without user and password. */
  readonly address: string;
  /** Runs an idempotent operation as those of `db` are run. */
  readonly retry: Retry;
  readonly close: () => Promise<void>;
}

const pauses = { baseMs: 200, capMs: 10_000 };

/** What no URI may weaken. */
const durability: MongoClientOptions = {
  writeConcern: { w: 'majority', journal: true },
  readConcern: { level: 'majority' },
  readPreference: 'primary',
  ignoreUndefined: true,
};

const maxSilenceMs = 20_000;

const defaults: MongoClientOptions = {
  appName: 'domestique',
  serverSelectionTimeoutMS: 5_000,
  connectTimeoutMS: 5_000,
  socketTimeoutMS: maxSilenceMs,
  waitQueueTimeoutMS: 20_000,
  maxPoolSize: 10,
};

/**
 * Where opening has a limit, the driver gives up before it, and so names the reason. It asks often whether
 * the server is alive, so that an operation ends soon if the server falls silent, and a slow one does not.
 */
function selectionWithin(openWithinMs: number): MongoClientOptions {
  return {
    serverSelectionTimeoutMS: openWithinMs * 0.75,
    connectTimeoutMS: openWithinMs * 0.6,
    heartbeatFrequencyMS: 500,
  };
}

/** The driver prefers its options to the URI's; the operator's URI is preferred to our defaults. */
function clientOptions({ uri, openWithinMs }: MongoOptions): MongoClientOptions {
  const selection = openWithinMs === undefined ? {} : selectionWithin(openWithinMs);
  const named = new Set(
    [...new URLSearchParams(uri.split('?')[1]).keys()].map((name) => name.toLowerCase()),
  );
  const unnamed = Object.entries({ ...defaults, ...selection }).filter(
    ([name]) => !named.has(name.toLowerCase()),
  );
  return { ...Object.fromEntries(unnamed), ...durability };
}

/**
 * Opens the database and waits until it responds.
 * @throws ConfigurationError where the driver cannot do what the connection string asks for, and what `db` throws.
 */
export async function connectMongo(options: MongoOptions): Promise<Mongo> {
  const client = new MongoClient(options.uri, clientOptions(options));
  const socketTimeoutMs = client.options.socketTimeoutMS || maxSilenceMs;
  const operationTimeoutMs = 3 * socketTimeoutMs;
  const closing = new AbortController();
  const { signal: closed } = closing;
  const { retryOperation, retryUrgently } = createRetries(options, operationTimeoutMs, closed);
  const opening = createRetries(options, options.openWithinMs ?? operationTimeoutMs, closed);
  try {
    // Connected anew at each try: the driver connects by itself only once, and a client whose first
    // connection failed rejects every operation after it.
    await opening.retryOperation(async () => {
      await client.connect();
      await client.db('admin').command({ ping: 1 });
    });
  } catch (error) {
    await client.close();
    throw explainUnusable(error);
  }
  const db = client.db(options.database);
  return {
    db: retryingDb(db, retryOperation),
    urgent: retryingDb(db, retryUrgently),
    address: `mongodb://${client.options.hosts.map(String).join(',')}/${options.database}`,
    retry: retryOperation,
    close: () => {
      closing.abort('closed');
      return client.close();
    },
  };
}

function createRetries(
  { clock, log, random, deadlineMs, signal, onAway }: MongoOptions,
  operationTimeoutMs: number,
  closed: AbortSignal,
): { readonly retryOperation: Retry; readonly retryUrgently: Retry } {
  // Over all operations: a command that has given up once does not begin to wait anew while it ends.
  let awaySinceMs: number | undefined;

  const isRetriable = (error: unknown): boolean => {
    if (!isPassing(error)) return false;
    const isFirst = awaySinceMs === undefined;
    awaySinceMs ??= clock.monotonicMs();
    const isLeft = clock.monotonicMs() - awaySinceMs < deadlineMs;
    if (isFirst && isLeft) {
      const { code } = unavailable(error);
      log.warn({ code }, `MongoDB is away (${describeMongoFailure(error)}); trying again.`);
    }
    return isLeft;
  };
  const timing = { isRetriable, backoff: pauses, clock, random, onRetry: onAway };
  const run = async <T>(operation: () => Promise<T>, until: AbortSignal): Promise<T> => {
    try {
      const bounded = (): Promise<T> => withinDeadline(operation, operationTimeoutMs, clock);
      const result = await retry(bounded, { ...timing, signal: until });
      awaySinceMs = undefined;
      return result;
    } catch (error) {
      throw isPassing(error) ? unavailable(error) : translateRejection(error);
    }
  };
  const ended = AbortSignal.any([signal, closed]);
  return {
    retryOperation: (operation) => run(operation, ended),
    retryUrgently: (operation) => run(operation, closed),
  };
}

/**
 * The driver waits for ever for a long write that got stuck in a connection (its socket timeout destroys
 * the socket, and the event it waits for never comes), and its own `timeoutMS` has no effect.
 */
async function withinDeadline<T>(
  operation: () => Promise<T>,
  deadlineMs: number,
  clock: Clock,
): Promise<T> {
  const settled = new AbortController();
  const late = Promise.withResolvers<never>();
  void clock.sleep(deadlineMs, settled.signal).then(() => {
    if (settled.signal.aborted) return;
    const duration = formatDuration(deadlineMs);
    late.reject(new MongoOperationTimeoutError(`no response within ${duration}`));
  });
  try {
    return await Promise.race([operation(), late.promise]);
  } finally {
    // A reason of our own, because the default one is an error with a stack, for every operation.
    settled.abort('settled');
  }
}

function unavailable(error: unknown): MongoUnavailableError {
  return new MongoUnavailableError(
    `MongoDB does not answer (${describeMongoFailure(error)}). Check that it runs and that MONGODB_URI is right; nothing already stored is lost.`,
    { cause: error },
  );
}
