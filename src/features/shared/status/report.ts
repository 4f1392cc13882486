/**
 * Gathers what `status` shows from the database alone.
 */
import { defaultBackfillSince } from '../../../domain/sync/default-backfill.ts';
import { nextTickAt } from '../schedule.ts';
import { formatDuration } from '../../../domain/duration.ts';
import { describeFailure } from '../../../domain/monitoring/health.ts';
import { estimateEndMs } from '../../../domain/rate-limit/estimate.ts';
import type { PollReport } from '../../../domain/rate-limit/poll-report.ts';
import { pollShortage, reportPolls } from '../../../domain/rate-limit/poll-report.ts';
import { emptyQuota } from '../../../domain/rate-limit/quota-state.ts';
import type { Database } from '../../../main.ts';
import { quotaSettingsOf } from '../../../main.ts';
import { deauthorizedAthletes } from '../../../mongo/athletes/deauthorized.ts';
import type { AthleteOverview } from './store.ts';
import { importedWithoutLogin, overview, withoutLogin } from './store.ts';
import type { RunningDaemon } from '../../../mongo/coordination/daemons.ts';
import { runningDaemons } from '../../../mongo/coordination/daemons.ts';
import { createQuotaStore, knownApplications } from '../../../mongo/coordination/quota.ts';
import { countOfOtherSports } from '../../../mongo/streams/pending.ts';
import type { OtherLogins } from '../../../mongo/tokens/other-applications.ts';
import { otherLogins } from '../../../mongo/tokens/other-applications.ts';
import type { RunDocument } from '../../../mongo/schema/collections.ts';
import type { UnusableDocuments } from '../../../mongo/schema/unusable-documents.ts';
import { unusableDocuments } from '../../../mongo/schema/unusable-documents.ts';
import type { Program } from '../../../program.ts';
import { programVersion } from '../../../version.ts';
import { actionRequiredOf, loginsNeeded, scopeGapsOf } from './action-required.ts';
import type { QuotaReport } from '../quota-report.ts';
import { readPollPlan, readWebhookIntervalMs } from '../poll-plan.ts';
import { reportQuota } from '../quota-report.ts';

export interface AthleteStatus extends AthleteOverview {
  /** What the grant leaves out, one sentence each. */
  readonly scopeGaps: readonly string[];
  /** How many streams are still to fetch. */
  readonly streamsToDo: number;
  /** How many are pending and not fetched, because `SYNC_SPORTS` leaves their sport out. */
  readonly streamsOfOtherSports: number;
}

/** Everything that status shows. */
export interface Status {
  /** The program's version. */
  readonly version: string;
  readonly database: string;
  /** Those of the configured application; of every application where none is configured. */
  readonly athletes: readonly AthleteStatus[];
  /** Whose activities no sync keeps current: they came from an export, or the login is gone. */
  readonly withoutLogin: readonly AthleteOverview[];
  /** How many athletes belong to other applications, which are left alone. */
  readonly others: OtherLogins;
  readonly quota: QuotaReport;
  /** The budget for polls of the lists. */
  readonly polls: PollReport;
  /** Requests still to make for streams, and about how long they take under the quota. */
  readonly toDo: {
    readonly streams: number;
    readonly duration: string;
    /** Null where nothing is left. */
    readonly endsAt: Date | null;
  };
  readonly lastRun: RunDocument | null;
  readonly nextRunAt: Date | null;
  /** Without one, nothing polls at `nextRunAt`. */
  readonly daemons: readonly RunningDaemon[];
  readonly parkedActivities: readonly number[];
  /** What other programs or a hand put into our collections, and is skipped. */
  readonly unusableDocuments: readonly UnusableDocuments[];
  /** What only you can do, one sentence each. */
  readonly needs: readonly string[];
}

/** The status but for what every document has to be read for. */
export type Figures = Omit<Status, 'unusableDocuments'>;

export async function readStatus(program: Program, database: Database): Promise<Status> {
  const { needs, ...figures } = await readFigures(program, database);
  return { ...figures, unusableDocuments: await unusableDocuments(database.store), needs };
}

export async function readFigures(program: Program, database: Database): Promise<Figures> {
  const { config, clock } = program;
  const nowMs = clock.nowMs();
  const settings = quotaSettingsOf(config);
  const { store, application } = database;
  const athletes = await overview(store, application);
  const others = await otherLogins(store, application);
  const imported = await importedWithoutLogin(store);
  const departed = await deauthorizedAthletes(store, application);
  const athleteIds = athletes.map(({ athleteId }) => athleteId);
  const toDo = await countToDo(program, database, athletes);
  const otherSports = await countOtherSports(program, database, athletes);
  const streams = [...toDo.values()].reduce((sum, count) => sum + count, 0);
  const clientId = await clientIdOf(program, database);
  const state =
    clientId === undefined ? emptyQuota : await createQuotaStore(database.store, clientId).load();
  const webhookIntervalMs = await readWebhookIntervalMs(program, database.store, clientId);
  const hasBacklog = streams > 0;
  const facts = { state, nowMs, hasBacklog, webhookIntervalMs };
  const plan = await readPollPlan(program, database, facts);
  const polls = reportPolls(plan);
  const requestsPerHour = await database.runs.requestsPerHour();
  const estimate = { state, settings, nowMs, plan, requestsPerHour };
  const endMs = estimateEndMs(streams, estimate);
  const failure = await database.runs.repeatedFailure();
  const shortage = pollShortage(polls, webhookIntervalMs > 0);
  return {
    version: programVersion(),
    database: database.address,
    athletes: athletes.map((athlete) => ({
      ...athlete,
      scopeGaps: scopeGapsOf(athlete, config.strava.scopes),
      streamsToDo: toDo.get(athlete.athleteId) ?? 0,
      streamsOfOtherSports: otherSports.get(athlete.athleteId) ?? 0,
    })),
    withoutLogin: await withoutLogin(store),
    others,
    quota: reportQuota({ state, settings, nowMs, plan }),
    polls,
    toDo: {
      streams,
      duration: formatDuration(Math.max(1_000, endMs - nowMs)),
      endsAt: hasBacklog ? new Date(endMs) : null,
    },
    lastRun: (await database.runs.last()) ?? null,
    nextRunAt: nextTickAt(config.sync) ?? null,
    daemons: await runningDaemons(store, application, program.host),
    parkedActivities: await database.activities.parkedIds(athleteIds),
    needs: [
      ...loginsNeeded(application, { athletes, others, imported }),
      ...actionRequiredOf(athletes, departed),
      ...(failure === undefined ? [] : [describeFailure(failure)]),
      ...(shortage === undefined ? [] : [shortage]),
    ],
  };
}

/** Of each athlete. Only what the configuration wants: pending streams before SYNC_SINCE stay where they are. */
async function countToDo(
  { config, clock }: Program,
  { activities }: Database,
  athletes: readonly AthleteOverview[],
): Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>();
  if (!config.sync.shouldFetchStreams) return counts;
  const from = defaultBackfillSince(config, clock.nowMs());
  for (const { athleteId } of athletes) {
    counts.set(athleteId, await activities.countPending(athleteId, from ? { from } : {}));
  }
  return counts;
}

async function countOtherSports(
  { config }: Program,
  { store }: Database,
  athletes: readonly AthleteOverview[],
): Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>();
  for (const { athleteId } of athletes)
    counts.set(athleteId, await countOfOtherSports(store, athleteId, config.sync.sports));
  return counts;
}

/** The configured application; without one configured, the only one that is known. */
async function clientIdOf({ config }: Program, { store }: Database): Promise<string | undefined> {
  return config.strava.clientId ?? (await knownApplications(store))[0];
}
