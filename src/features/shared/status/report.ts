/**
 * Gathers what `status` shows from the database alone.
 */
import type { Config } from '../../../config/config.ts';
import type { ActivityPart } from '../../../domain/sync/activity-parts.ts';
import { activityParts } from '../../../domain/sync/activity-parts.ts';
import { defaultBackfillSince } from '../../../domain/sync/default-backfill.ts';
import { nextTickAt } from '../schedule.ts';
import { formatDuration } from '../../../domain/duration.ts';
import { describeFailure } from '../../../domain/monitoring/health.ts';
import type { EstimateFacts } from '../../../domain/rate-limit/estimate.ts';
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
import type { DetailsSource } from './details-source.ts';
import { detailsSourceOf } from './details-source.ts';
import type { QuotaReport } from '../quota-report.ts';
import { readPollPlan, readWebhookIntervalMs } from '../poll-plan.ts';
import { reportQuota } from '../quota-report.ts';

export interface AthleteFigures extends Omit<AthleteOverview, 'detailsChoice'> {
  /** Whether the details are fetched, and what says so. */
  readonly detailsSource: DetailsSource;
}

export interface AthleteStatus extends AthleteFigures {
  /** What the grant leaves out, one sentence each. */
  readonly scopeGaps: readonly string[];
  /** How many streams are still to fetch. */
  readonly streamsToDo: number;
  /** How many details are still to fetch. */
  readonly detailsToDo: number;
  /** How many are pending and not fetched, because `SYNC_SPORTS` leaves their sport out. */
  readonly streamsOfOtherSports: number;
}

/** How long requests take under the quota. */
export interface TimeLeft {
  readonly duration: string;
  /** Null where nothing is left. */
  readonly endsAt: Date | null;
}

/** Everything that status shows. */
export interface Status {
  /** The program's version. */
  readonly version: string;
  readonly database: string;
  /** Those of the configured application; of every application where none is configured. */
  readonly athletes: readonly AthleteStatus[];
  /** Whose activities no sync keeps current: they came from an export, or the login is gone. */
  readonly withoutLogin: readonly AthleteFigures[];
  /** How many athletes belong to other applications, which are left alone. */
  readonly others: OtherLogins;
  readonly quota: QuotaReport;
  /** The budget for polls of the lists. */
  readonly polls: PollReport;
  /** Requests still to make for streams and details, and about how long they take under the quota. */
  readonly toDo: TimeLeft & {
    readonly streams: number;
    readonly details: number;
    /** The same for the streams, which come before most details. */
    readonly forStreams: TimeLeft;
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
  const deauthorized = await deauthorizedAthletes(store, application);
  const athleteIds = athletes.map(({ athleteId }) => athleteId);
  const statuses: AthleteStatus[] = [];
  for (const athlete of athletes) statuses.push(await statusOf(program, database, athlete));
  const streams = statuses.reduce((sum, { streamsToDo }) => sum + streamsToDo, 0);
  const details = statuses.reduce((sum, { detailsToDo }) => sum + detailsToDo, 0);
  const clientId = await clientIdOf(program, database);
  const state =
    clientId === undefined ? emptyQuota : await createQuotaStore(database.store, clientId).load();
  const webhookIntervalMs = await readWebhookIntervalMs(program, database.store, clientId);
  const hasBacklog = streams + details > 0;
  const facts = { state, nowMs, hasBacklog, webhookIntervalMs };
  const plan = await readPollPlan(program, database, facts);
  const polls = reportPolls(plan);
  const requestsPerHour = await database.runs.requestsPerHour();
  const estimate = { state, settings, nowMs, plan, requestsPerHour };
  const failure = await database.runs.repeatedFailure();
  const shortage = pollShortage(polls, webhookIntervalMs > 0);
  return {
    version: programVersion(),
    database: database.address,
    athletes: statuses,
    withoutLogin: (await withoutLogin(store)).map((athlete) => withDetailsSource(config, athlete)),
    others,
    quota: reportQuota({ state, settings, nowMs, plan }),
    polls,
    toDo: {
      ...{ streams, details },
      ...timeLeft(streams + details, estimate),
      forStreams: timeLeft(streams, estimate),
    },
    lastRun: (await database.runs.last()) ?? null,
    nextRunAt: nextTickAt(config.sync) ?? null,
    daemons: await runningDaemons(store, application, program.host),
    parkedActivities: await database.activities.parkedIds(athleteIds),
    needs: [
      ...loginsNeeded(application, { athletes, others, imported }),
      ...actionRequiredOf(athletes, deauthorized),
      ...(failure === undefined ? [] : [describeFailure(failure)]),
      ...(shortage === undefined ? [] : [shortage]),
    ],
  };
}

function timeLeft(requests: number, facts: EstimateFacts): TimeLeft {
  const endMs = estimateEndMs(requests, facts);
  return {
    duration: formatDuration(Math.max(1_000, endMs - facts.nowMs)),
    endsAt: requests > 0 ? new Date(endMs) : null,
  };
}

/** Only what the configuration wants is to do: what is pending before SYNC_SINCE stays where it is. */
async function statusOf(
  { config, clock }: Program,
  { activities, store }: Database,
  athlete: AthleteOverview,
): Promise<AthleteStatus> {
  const { sync } = config;
  const { athleteId } = athlete;
  const from = defaultBackfillSince(config, clock.nowMs());
  const range = from ? { from } : {};
  const known = withDetailsSource(config, athlete);
  return {
    ...known,
    // Without the setting nothing waits for them, whatever was tried before.
    ...(!config.photoFiles.isOn && {
      photos: { ...known.photos, waiting: 0, gone: 0, problem: undefined },
    }),
    parkedParts: wantedOf(known.parkedParts, sync.parts),
    scopeGaps: scopeGapsOf(athlete, config.strava.scopes),
    streamsToDo: sync.shouldFetchStreams ? await activities.countPending(athleteId, range) : 0,
    detailsToDo: known.detailsSource.areFetched
      ? await activities.countPendingDetails(athleteId, range)
      : 0,
    streamsOfOtherSports: await countOfOtherSports(store, athleteId, sync.sports),
  };
}

/** None of a part that is not wanted: nothing tries it again. */
function wantedOf(
  counts: AthleteFigures['parkedParts'],
  wanted: readonly ActivityPart[],
): AthleteFigures['parkedParts'] {
  const unwanted = activityParts.filter((part) => !wanted.includes(part));
  return { ...counts, ...Object.fromEntries(unwanted.map((part) => [part, 0])) };
}

function withDetailsSource(
  { sync }: Config,
  { detailsChoice, ...athlete }: AthleteOverview,
): AthleteFigures {
  return { ...athlete, detailsSource: detailsSourceOf(sync, detailsChoice) };
}

/** The configured application; without one configured, the only one that is known. */
async function clientIdOf({ config }: Program, { store }: Database): Promise<string | undefined> {
  return config.strava.clientId ?? (await knownApplications(store))[0];
}
