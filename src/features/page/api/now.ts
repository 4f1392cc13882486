/**
 * `now`: the figures of `status`, the last activities and changes, and what is parked.
 */
import type { Document } from 'mongodb';
import { commandLinesIn } from '../../../domain/invocation.ts';
import type { Database } from '../../../main.ts';
import { int64 } from '../../../mongo/base/bson-value.ts';
import type { ActivityDocument, Store } from '../../../mongo/schema/collections.ts';
import { athletesWithActivities } from '../../../mongo/streams/recordings.ts';
import type { Program } from '../../../program.ts';
import type { WindowReport } from '../../shared/quota-report.ts';
import type { Figures } from '../../shared/status/report.ts';
import { readFigures } from '../../shared/status/report.ts';
import type { AthleteOverview } from '../../shared/status/store.ts';
import { summaryFields, summaryOf } from './summary.ts';
import type {
  ActivitySummary,
  AthleteNow,
  ChangeNow,
  Need,
  Now,
  ParkedNow,
  WindowNow,
} from './types.ts';
import { idOf, instantOf, instantOrNull, textOf } from './values.ts';

const maxRecent = 10;
const maxChanges = 10;

export async function readNow(program: Program, database: Database): Promise<Now> {
  const { store } = database;
  const at = new Date(program.clock.nowMs());
  const status = await readFigures(program, database);
  return {
    version: status.version,
    at: instantOf(at),
    isStale: false,
    units: program.config.page.units,
    ...figuresOf(status),
    recent: await readRecent(store),
    changes: await readChanges(store),
    parked: await readParked(store, status.parkedActivities),
  };
}

type FiguresNow = Omit<
  Now,
  'version' | 'at' | 'isStale' | 'units' | 'recent' | 'changes' | 'parked'
>;

function figuresOf(status: Figures): FiguresNow {
  const { athletes, withoutLogin, quota, toDo, daemons, lastRun, nextRunAt } = status;
  return {
    athletes: [
      ...athletes.map((athlete) => athleteOf(athlete, true)),
      ...withoutLogin.map((athlete) => athleteOf(athlete, false)),
    ],
    quota: {
      short: windowOf(quota.short),
      daily: windowOf(quota.daily),
      opensAt: instantOf(quota.opensAt),
    },
    toDo: {
      streams: toDo.streams,
      duration: toDo.streams === 0 ? '' : toDo.duration,
      endsAt: instantOrNull(toDo.endsAt),
    },
    daemons: daemons.map(({ host, startedAt }) => ({ host, startedAt: instantOf(startedAt) })),
    lastRun: lastRun && {
      startedAt: instantOf(lastRun.started_at),
      endedAt: instantOrNull(lastRun.ended_at),
      outcome: lastRun.outcome ?? '',
    },
    nextRunAt: instantOrNull(nextRunAt),
    needs: status.needs.map(needOf),
  };
}

function athleteOf(athlete: AthleteOverview, isLoggedIn: boolean): AthleteNow {
  const { name, activities, streams, streamsOfExport, unusableRecords } = athlete;
  return {
    id: String(athlete.athleteId),
    ...{ name, activities, streams, streamsOfExport, unusableRecords },
    listedSince: instantOrNull(athlete.listedSince),
    newestStart: instantOrNull(athlete.newestStart),
    oldestStart: instantOrNull(athlete.oldestStart),
    polledAt: instantOrNull(athlete.polledAt),
    isLoggedIn,
    needsAuthorization: athlete.needsAuthorization ?? null,
    deauthorizedAt: instantOrNull(athlete.deauthorizedAt),
  };
}

function windowOf({ used, limit, left, reserve, resetsAt, lengthMs }: WindowReport): WindowNow {
  const lengthSeconds = lengthMs / 1_000;
  return { used, limit, left, reserve, resetsAt: instantOf(resetsAt), lengthSeconds };
}

function needOf(text: string): Need {
  return { text, commands: commandLinesIn(text) };
}

async function readRecent(store: Store): Promise<readonly ActivitySummary[]> {
  const ids = await athletesWithActivities(store);
  const found = await store.activities
    // The index of an athlete's starts gives the order, for each of them.
    .find<Document>({ 'sync.athlete_id': { $in: ids.map(int64) } }, { projection: summaryFields })
    .sort({ start_date: -1 })
    .limit(maxRecent)
    .toArray();
  return found.map(summaryOf);
}

async function readChanges({ changes, activities }: Store): Promise<readonly ChangeNow[]> {
  const found = await changes.find({}).sort({ seen_at: -1 }).limit(maxChanges).toArray();
  const ids = found.map(({ activity_id }) => activity_id);
  const stored = await activities
    .find<Document>({ _id: { $in: ids } }, { projection: { name: 1 } })
    .toArray();
  const names = new Map(stored.map(({ _id, name }) => [idOf(_id), textOf(name)]));
  return found.map(({ activity_id, name, seen_at, kind, fields }) => ({
    activityId: idOf(activity_id),
    name: names.get(idOf(activity_id)) ?? textOf(name),
    at: instantOf(seen_at),
    kind,
    fields: fields.map(({ field }) => field),
  }));
}

async function readParked(
  { activities }: Store,
  ids: readonly number[],
): Promise<readonly ParkedNow[]> {
  if (ids.length === 0) return [];
  const projection = { name: 1, 'sync.streams': 1 };
  const found = await activities
    .find<ActivityDocument & Document>({ _id: { $in: ids.map(int64) } }, { projection })
    .sort({ start_date: -1 })
    .toArray();
  return found.map(({ _id, name, sync }) => ({
    activityId: idOf(_id),
    name: textOf(name),
    reason: sync.streams.error ?? '',
    nextTryAt: instantOrNull(sync.streams.next_try_at),
  }));
}
