/**
 * `now`: the figures of `status`, the last activities and changes, and what is parked.
 */
import type { Document, Long } from 'mongodb';
import { commandLinesIn } from '../../../domain/invocation.ts';
import type { Database } from '../../../main.ts';
import { int64 } from '../../../mongo/base/bson-value.ts';
import type { ActivityDocument, Store } from '../../../mongo/schema/collections.ts';
import { athletesWithActivities } from '../../../mongo/streams/recordings.ts';
import type { Program } from '../../../program.ts';
import type { WindowReport } from '../../shared/quota-report.ts';
import type { AthleteFigures, Figures } from '../../shared/status/report.ts';
import { readFigures } from '../../shared/status/report.ts';
import { summaryFields, summaryOf } from './summary.ts';
import type { ActivitySummary } from './types/common.ts';
import type { AthleteNow, ChangeNow, Need, Now, ParkedNow, WindowNow } from './types/now.ts';
import { idOf, instantOf, instantOrNull, textOf } from './values.ts';

const maxRecent = 10;
const maxChanges = 10;
/** So many have their own last activities and changes in now. */
const maxAthletes = 10;

export async function readNow(program: Program, database: Database): Promise<Now> {
  const { store } = database;
  const at = new Date(program.clock.nowMs());
  const status = await readFigures(program, database);
  const athleteIds = await athletesWithActivities(store);
  return {
    version: status.version,
    at: instantOf(at),
    isStale: false,
    units: program.config.page.units,
    ...figuresOf(status),
    recent: await readRecent(store, athleteIds),
    changes: await readChanges(store, athleteIds),
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
      ...athletes.map((athlete) => athleteOf(athlete, true, athlete.streamsToDo)),
      ...withoutLogin.map((athlete) => athleteOf(athlete, false, 0)),
    ],
    quota: {
      short: windowOf(quota.short),
      daily: windowOf(quota.daily),
      opensAt: instantOf(quota.opensAt),
    },
    toDo: {
      streams: toDo.streams,
      duration: toDo.streams === 0 ? '' : toDo.forStreams.duration,
      endsAt: instantOrNull(toDo.forStreams.endsAt),
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

function athleteOf(athlete: AthleteFigures, isLoggedIn: boolean, streamsToDo: number): AthleteNow {
  const { name, activities, streams, streamsOfExport, unusableRecords } = athlete;
  return {
    id: String(athlete.athleteId),
    ...{ name, activities, streams, streamsToDo, streamsOfExport, unusableRecords },
    listedSince: instantOrNull(athlete.listedSince),
    newestStart: instantOrNull(athlete.newestStart),
    oldestStart: instantOrNull(athlete.oldestStart),
    polledAt: instantOrNull(athlete.polledAt),
    isLoggedIn,
    needsAuthorization: athlete.needsAuthorization ?? null,
    hasExport: athlete.hasExport,
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

/**
 * The newest of all, and those of each of the first athletes, so that whoever is chosen has some.
 * @param read the newest of the athlete; of all without one.
 */
async function newestOfEach<T>(
  athleteIds: readonly number[],
  read: (athleteId?: Long) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const found = [...(await read())];
  if (athleteIds.length < 2) return found;
  for (const id of athleteIds.slice(0, maxAthletes)) found.push(...(await read(int64(id))));
  return found;
}

function distinctBy<T>(values: readonly T[], keyOf: (value: T) => string): readonly T[] {
  return [...new Map(values.map((value) => [keyOf(value), value])).values()];
}

async function readRecent(
  { activities }: Store,
  athleteIds: readonly number[],
): Promise<readonly ActivitySummary[]> {
  const found = await newestOfEach(athleteIds, (id) =>
    activities
      // The index of an athlete's starts gives the order, for each of them.
      .find<Document>(
        { 'sync.athlete_id': id ?? { $in: athleteIds.map(int64) } },
        { projection: summaryFields },
      )
      .sort({ start_date: -1 })
      .limit(maxRecent)
      .toArray(),
  );
  return distinctBy(found.map(summaryOf), ({ id }) => id).toSorted(
    (one, other) => instantMs(other.start) - instantMs(one.start),
  );
}

/** An unknown instant is before all others. */
function instantMs(instant: string): number {
  return instant === '' ? 0 : Date.parse(instant);
}

async function readChanges(
  { changes, activities }: Store,
  athleteIds: readonly number[],
): Promise<readonly ChangeNow[]> {
  const newest = await newestOfEach(athleteIds, (id) =>
    changes
      .find(id === undefined ? {} : { athlete_id: id })
      .sort({ seen_at: -1 })
      .limit(maxChanges)
      .toArray(),
  );
  const found = distinctBy(newest, ({ _id }) => _id).toSorted(
    (one, other) => other.seen_at.getTime() - one.seen_at.getTime(),
  );
  const ids = found.map(({ activity_id }) => activity_id);
  const stored = await activities
    .find<Document>({ _id: { $in: ids } }, { projection: { name: 1 } })
    .toArray();
  const names = new Map(stored.map(({ _id, name }) => [idOf(_id), textOf(name)]));
  return found.map(({ activity_id, athlete_id, name, seen_at, kind, fields }) => ({
    activityId: idOf(activity_id),
    athleteId: idOf(athlete_id),
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
  const projection = { name: 1, 'sync.athlete_id': 1, 'sync.streams': 1 };
  const found = await activities
    .find<ActivityDocument & Document>({ _id: { $in: ids.map(int64) } }, { projection })
    .sort({ start_date: -1 })
    .toArray();
  return found.map(({ _id, name, sync }) => ({
    activityId: idOf(_id),
    athleteId: idOf(sync.athlete_id),
    name: textOf(name),
    reason: sync.streams.error ?? '',
    nextTryAt: instantOrNull(sync.streams.next_try_at),
  }));
}
