/**
 * The figures of `status`: what is stored, what is still to do, and which logins require action.
 */
import type { Document, Long } from 'mongodb';
import type { ActivityPart } from '../../../domain/sync/activity-parts.ts';
import { activityParts } from '../../../domain/sync/activity-parts.ts';
import type { DetailsChoice } from '../../../mongo/athletes/details-choice.ts';
import { detailsChoiceIn } from '../../../mongo/athletes/details-choice.ts';
import { int64, toNumber } from '../../../mongo/base/bson-value.ts';
import type { Application } from '../../../mongo/schema/definitions/application.ts';
import { everyApplication, loginsOf } from '../../../mongo/schema/definitions/application.ts';
import type {
  RejectedDeletionsDocument,
  Store,
  StreamsState,
  TokenDocument,
} from '../../../mongo/schema/collections.ts';
import { athletesWithActivities } from '../../../mongo/streams/recordings.ts';

export interface AthleteOverview {
  readonly athleteId: number;
  readonly name: string;
  readonly activities: number;
  readonly newestStart: Date | undefined;
  readonly oldestStart: Date | undefined;
  /** How many activities have their streams in which state. */
  readonly streams: Readonly<Record<StreamsState, number>>;
  /** How many have their details in which state; those without a state are not counted. */
  readonly details: Readonly<Record<'stored' | 'parked', number>>;
  /** What was answered about the details, or followed from an import. */
  readonly detailsChoice: DetailsChoice | undefined;
  /** How many of the stored ones are recordings of an export. */
  readonly streamsOfExport: number;
  /** How many activities have which other part parked. */
  readonly parkedParts: Readonly<Record<ActivityPart, number>>;
  /** Whether Strava's bulk export of the athlete was imported. */
  readonly hasExport: boolean;
  /** Their files, how many activities wait for some and why, and how many have some that are gone at Strava. */
  readonly photos: {
    readonly files: number;
    readonly bytes: number;
    readonly waiting: number;
    readonly gone: number;
    readonly problem: string | undefined;
  };
  /** Records of the list that could not be stored. */
  readonly unusableRecords: number;
  readonly polledAt: Date | undefined;
  /** Back to when the list is known without a gap; undefined before the first page. */
  readonly listedSince: Date | undefined;
  readonly needsAuthorization: string | undefined;
  /** When the access was withdrawn at Strava; undefined for who has logged in again since. */
  readonly deauthorizedAt: Date | undefined;
  /** What was granted; undefined where Strava never said. */
  readonly scope: readonly string[] | undefined;
  /** Activities that a list misses and that were not removed. */
  readonly rejectedDeletions: RejectedDeletionsDocument | undefined;
}

/** An athlete of whom there is an export and no login, of any application. */
export interface ImportedAthlete {
  readonly athleteId: number;
  /** How many activities came from the export. */
  readonly activities: number;
}

export async function importedWithoutLogin(store: Store): Promise<readonly ImportedAthlete[]> {
  const logins = await loginsOf(store, everyApplication).toArray();
  const filter = { export: { $exists: true }, _id: { $nin: logins.map(({ _id }) => _id) } };
  const found = await store.athletes.find(filter, { projection: { _id: 1 } }).toArray();
  const imported: ImportedAthlete[] = [];
  for (const { _id } of found) {
    const ofExport = { 'sync.athlete_id': _id, 'sync.source': 'export' as const };
    const activities = await store.activities.countDocuments(ofExport);
    if (activities > 0) imported.push({ athleteId: toNumber(_id), activities });
  }
  return imported;
}

interface StateCount extends Readonly<Record<ParkedKey, number>> {
  readonly _id: StreamsState;
  readonly count: number;
  readonly ofExport: number;
  readonly detailsStored: number;
  readonly newest: Date | null;
  readonly oldest: Date | null;
  readonly photos: number;
  readonly photoBytes: number;
  readonly withoutPhotos: number;
  readonly photosGone: number;
  readonly photoProblem: string | null;
}

type ParkedKey = `${ActivityPart | 'details'}Parked`;

type SummedKey =
  ParkedKey | 'count' | 'detailsStored' | 'photos' | 'photoBytes' | 'withoutPhotos' | 'photosGone';

/** Every athlete who has logged in with an application, by id. */
export async function overview(
  store: Store,
  application: Application,
): Promise<readonly AthleteOverview[]> {
  const grants = await loginsOf(store, application).sort({ _id: 1 }).toArray();
  const athletes: AthleteOverview[] = [];
  for (const grant of grants) athletes.push(await overviewOf(store, grant._id, grant));
  return athletes;
}

/** Everybody with activities and without a login of any application, by id. */
export async function withoutLogin(store: Store): Promise<readonly AthleteOverview[]> {
  const logins = await loginsOf(store, everyApplication, { projection: { _id: 1 } }).toArray();
  const loggedIn = new Set(logins.map(({ _id }) => toNumber(_id)));
  const athletes: AthleteOverview[] = [];
  for (const athleteId of await athletesWithActivities(store)) {
    if (!loggedIn.has(athleteId)) athletes.push(await overviewOf(store, int64(athleteId)));
  }
  return athletes;
}

/** Another program may have put anything there; null counts in neither `$min` nor `$max`. */
const startIfDate = { $cond: [{ $eq: [{ $type: '$start_date' }, 'date'] }, '$start_date', null] };

function countOf(part: ActivityPart | 'details', state: string): Document {
  return { $sum: { $cond: [{ $eq: [`$sync.${part}.state`, state] }, 1, 0] } };
}

const parkedCounts = Object.fromEntries(
  (['details', ...activityParts] as const).map((part) => [
    `${part}Parked` satisfies ParkedKey,
    countOf(part, 'parked'),
  ]),
);

/** While the list of the photos is due again, its addresses may still come. */
const arePhotosGone = {
  $and: [{ $eq: ['$sync.photo_files.state', 'none'] }, { $eq: ['$sync.photos.state', 'stored'] }],
};

/** The activities by the state of their streams. */
function statesOf(activities: Store['activities'], id: Long): Promise<readonly StateCount[]> {
  return activities
    .aggregate<StateCount>([
      { $match: { 'sync.athlete_id': id } },
      {
        $group: {
          _id: '$sync.streams.state',
          count: { $sum: 1 },
          ofExport: { $sum: { $cond: [{ $eq: ['$sync.streams.source', 'export'] }, 1, 0] } },
          detailsStored: countOf('details', 'stored'),
          ...parkedCounts,
          newest: { $max: startIfDate },
          oldest: { $min: startIfDate },
          photos: { $sum: { $cond: [{ $isArray: '$photo_files' }, { $size: '$photo_files' }, 0] } },
          photoBytes: { $sum: { $sum: '$photo_files.bytes' } },
          withoutPhotos: { $sum: { $cond: [{ $gt: ['$sync.photo_files.error', null] }, 1, 0] } },
          photosGone: { $sum: { $cond: [arePhotosGone, 1, 0] } },
          photoProblem: { $max: '$sync.photo_files.error' },
        },
      },
    ])
    .toArray();
}

async function overviewOf(
  { activities, athletes, parked }: Store,
  id: Long,
  grant?: TokenDocument,
): Promise<AthleteOverview> {
  const states = await statesOf(activities, id);
  const profile = await athletes.findOne({ _id: id });
  const unusableRecords = await parked.countDocuments({ athlete_id: id });
  const count = (state: StreamsState): number =>
    states.find((one) => one._id === state)?.count ?? 0;
  const sumOf = (key: SummedKey): number => states.reduce((sum, state) => sum + state[key], 0);
  const sorted = (dates: readonly (Date | null)[]): readonly Date[] =>
    dates.filter((date) => date !== null).toSorted((one, other) => one.getTime() - other.getTime());
  return {
    athleteId: toNumber(id),
    name: [profile?.firstname, profile?.lastname].filter((part) => part !== undefined).join(' '),
    activities: sumOf('count'),
    newestStart: sorted(states.map(({ newest }) => newest)).at(-1),
    oldestStart: sorted(states.map(({ oldest }) => oldest))[0],
    streams: {
      pending: count('pending'),
      stored: count('stored'),
      none: count('none'),
      parked: count('parked'),
    },
    details: { stored: sumOf('detailsStored'), parked: sumOf('detailsParked') },
    detailsChoice: detailsChoiceIn(profile),
    streamsOfExport: states.find(({ _id }) => _id === 'stored')?.ofExport ?? 0,
    parkedParts: {
      zones: sumOf('zonesParked'),
      kudoers: sumOf('kudoersParked'),
      comments: sumOf('commentsParked'),
      photos: sumOf('photosParked'),
    },
    hasExport: profile?.export !== undefined,
    photos: {
      files: sumOf('photos'),
      bytes: sumOf('photoBytes'),
      waiting: sumOf('withoutPhotos'),
      gone: sumOf('photosGone'),
      problem: states.find(({ photoProblem }) => photoProblem !== null)?.photoProblem ?? undefined,
    },
    unusableRecords,
    polledAt: profile?.sync?.polled_at,
    listedSince: profile?.sync?.coverage?.spans[0]?.from,
    needsAuthorization: grant?.needs_authorization?.reason,
    deauthorizedAt: grant === undefined ? profile?.sync?.deauthorized_at : undefined,
    scope: grant?.scope,
    rejectedDeletions: profile?.sync?.rejected_deletions,
  };
}
