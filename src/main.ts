/**
 * The composition root: opens Strava, and wires the stores. Commands take from here what they need.
 */
import type { Config } from './config/config.ts';
import type { Clock } from './clock.ts';
import { requireClient } from './config/client.ts';
import type { OpenOptions } from './database.ts';
import { applicationOf, leasesOf, openMongo } from './database.ts';
import type { QuotaSettings } from './domain/rate-limit/quota-state.ts';
import { createDeletionStore } from './mongo/deletion/deletion-store.ts';
import { createActivityStore } from './mongo/streams/activity-store.ts';
import { createAthleteStore } from './mongo/athletes/athletes.ts';
import type { Application } from './mongo/schema/definitions/application.ts';
import type { Store } from './mongo/schema/collections.ts';
import { createEventStore } from './features/webhooks/store.ts';
import { createQuotaStore, forgetRequestsOfDeadProcesses } from './mongo/coordination/quota.ts';
import type { RunStore } from './mongo/history/runs.ts';
import { createRunStore } from './mongo/history/runs.ts';
import { serverOffsetMs } from './mongo/base/server-clock.ts';
import { takeOverTokens } from './mongo/tokens/re-encryption.ts';
import type { TokenVault } from './mongo/tokens/token-vault.ts';
import { createTokenStore } from './mongo/tokens/tokens.ts';
import { withPhotoFiles } from './photo-files.ts';
import type { Program } from './program.ts';
import type { Access } from './strava/access.ts';
import { createAccess } from './strava/access.ts';
import type { Client } from './strava/client.ts';
import { createClient } from './strava/client.ts';
import type { RateLimiter } from './strava/rate-limiter.ts';
import { createRateLimiter } from './strava/rate-limiter.ts';
import { createHttp } from './strava/http.ts';
import type { ExchangeObserver } from './strava/observed-http.ts';
import { loggingExchanges, observeHttp } from './strava/observed-http.ts';
import type { OAuth } from './strava/oauth.ts';
import { createOAuth } from './strava/oauth.ts';
import { createSource } from './strava/source.ts';
import type { StravaClock } from './strava/strava-clock.ts';
import { createStravaClock, createTimeCheck, withClockLearning } from './strava/strava-clock.ts';
import type { QuotaView } from './sync/quota-view.ts';
import type { EventStore } from './sync/ports/events.ts';
import type { ActivityStore } from './sync/ports/activities.ts';
import type { AthleteStore } from './sync/ports/athletes.ts';
import type { DeletionStore } from './sync/ports/deletions.ts';
import type { LeaseStore } from './sync/ports/leases.ts';
import type { TokenStore } from './sync/ports/tokens.ts';
import type { StravaSource } from './sync/ports/source.ts';

/** How long a command retries while MongoDB or Strava is unavailable; the daemon retries without end. */
export const commandDeadlineMs = 10 * 60_000;

/** With the start of the process, a command that only reads ends within five seconds while MongoDB is away. */
const openToReadWithinMs = 3_500;

/** The open database and its stores. */
export interface Database {
  readonly store: Store;
  /** Whose logins, runs and athletes the stores are for: the configured client id, else every application. */
  readonly application: Application;
  readonly activities: ActivityStore;
  readonly athletes: AthleteStore;
  readonly deletions: DeletionStore;
  readonly tokens: TokenStore;
  /** What seals and opens the tokens. */
  readonly vault: TokenVault;
  readonly leases: LeaseStore;
  readonly runs: RunStore;
  /** Where it is, without a password. */
  readonly address: string;
  /** Makes again what was dropped of the collections and indexes. */
  prepare(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the database for a program that writes, see `openMongo`.
 * @throws DatabaseNewerError where it is of a newer version.
 */
export function openDatabase(
  program: Program,
  deadlineMs: number,
  onTry?: () => void,
): Promise<Database> {
  return open(program, { deadlineMs, onTry });
}

/**
 * Opens the database for a command that only reads: its user needs no right to write. One that answers a
 * person fails at once while MongoDB is away; a patient one waits as those that write.
 * @throws DatabaseNewerError where it is of a newer version.
 */
export function openDatabaseToRead(
  program: Program,
  { isPatient }: { readonly isPatient: boolean } = { isPatient: false },
): Promise<Database> {
  const deadlineMs = commandDeadlineMs;
  const limit = isPatient ? {} : { openWithinMs: openToReadWithinMs };
  return open(program, { deadlineMs, ...limit, isReadOnly: true });
}

async function open(program: Program, options: OpenOptions): Promise<Database> {
  const { config } = program;
  const { store, vault, prepare, close } = await openMongo(program, options);
  const application = applicationOf(program);
  return {
    store,
    application,
    activities: createActivityStore(store, {
      expiry: config.retentionDays === undefined ? 'lifted' : 'final',
      sports: config.sync.sports,
    }),
    athletes: createAthleteStore(store, application),
    deletions: withPhotoFiles(createDeletionStore(store, config), program, store),
    tokens: createTokenStore(store, application, vault),
    vault,
    leases: leasesOf(program, store),
    runs: createRunStore(store, application),
    address: store.address,
    ...{ prepare, close },
  };
}

/** Strava, as one application. */
export interface Strava {
  readonly client: Client;
  readonly access: Access;
  readonly source: StravaSource;
  /** The pending webhook events, by Strava's time. */
  readonly events: EventStore;
  readonly oauth: OAuth;
  readonly rateLimiter: RateLimiter;
  readonly clock: StravaClock;
  readonly quota: QuotaView;
  readonly clientId: string;
}

/** How many requests may be in flight at once. */
export const maxInFlight = 4;

export function quotaSettingsOf({ strava }: Config): QuotaSettings {
  return { ...strava.quota, maxInFlightMs: 3 * strava.requestTimeoutMs };
}

/**
 * `observe` is notified of each exchange.
 * @throws ConfigurationError without the client's id and secret, TokenKeyError where a stored login
 * cannot be decrypted.
 */
export async function openStrava(
  program: Program,
  database: Database,
  observe?: ExchangeObserver,
): Promise<Strava> {
  const { config, clock, log, owner } = program;
  const { clientId, clientSecret } = requireClient(config);
  const { apiUrl, oauthUrl, requestTimeoutMs } = config.strava;
  await takeOverTokens(database.store, database.vault);
  const store = createQuotaStore(database.store, clientId);
  await forgetRequestsOfDeadProcesses(store, program.host);
  const stravaClock = createStravaClock(clock, log, await serverOffsetMs(database.store, clock));
  // Read at each decision: the estimate of Strava's clock improves with each response.
  const settings: QuotaSettings = {
    ...quotaSettingsOf(config),
    get clockErrorMs() {
      return stravaClock.errorMs();
    },
  };
  const http = observeHttp(createHttp(requestTimeoutMs), loggingExchanges(log, observe));
  const learning = withClockLearning(http, clock, stravaClock);
  const oauth = createOAuth({
    ...{ http: learning, oauthUrl, clientId, clientSecret },
    nowMs: () => stravaClock.nowMs(),
  });
  const timeCheck = createTimeCheck({ http, clock, stravaClock, oauthUrl });
  const rateLimiter = createRateLimiter({
    store,
    settings,
    clock: stravaClock,
    timeCheck,
    owner,
    maxInFlight,
  });
  const { tokens, leases } = database;
  // Strava's time, because a wrong clock here would take every token for expired, or none.
  const wallClock: Clock = { ...clock, nowMs: () => stravaClock.nowMs() };
  const access = createAccess({ tokens, leases, oauth, clock: wallClock, clientId });
  const client = createClient({ http: learning, rateLimiter, access, apiUrl });
  const quota: QuotaView = {
    settings,
    known: () => rateLimiter.known(),
    refresh: () => rateLimiter.refresh(),
    nowMs: () => stravaClock.nowMs(),
    isClockSuspect: () => stravaClock.isSuspect(),
    checkTime: timeCheck,
    passed: () => rateLimiter.sentCount(),
  };
  return {
    client,
    access,
    source: createSource(client, { maxStreamsBytes: config.strava.maxStreamsBytes }),
    events: createEventStore(database.store, wallClock),
    oauth,
    rateLimiter,
    clock: stravaClock,
    quota,
    clientId,
  };
}
