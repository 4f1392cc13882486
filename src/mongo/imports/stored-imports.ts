/** What is stored of the activities that an archive names. It writes nothing. */
import { int64, toNumber } from '../base/bson-value.ts';
import { tombstonesOf } from '../history/tombstones.ts';
import type { ActivityDocument, Store } from '../schema/collections.ts';
import type { StoredImport } from './import-store.ts';

export type StoredActivity = Pick<ActivityDocument, '_id' | 'start_date' | 'export' | 'sync'> & {
  readonly elapsed_time?: unknown;
  readonly distance?: unknown;
};

/** The stored ones among these activities. */
export async function storedActivitiesOf(
  { activities }: Store,
  ids: readonly number[],
): Promise<ReadonlyMap<number, StoredActivity>> {
  const projection = { start_date: 1, elapsed_time: 1, distance: 1, export: 1, sync: 1 };
  const found = await activities.find({ _id: { $in: ids.map(int64) } }, { projection }).toArray();
  return new Map(found.map((activity) => [toNumber(activity._id), activity]));
}

/** What is stored of these activities, and their tombstones. */
export async function storedImports(
  store: Store,
  ids: readonly number[],
): Promise<ReadonlyMap<number, StoredImport>> {
  const stored = await storedActivitiesOf(store, ids);
  const tombstones = await tombstonesOf(store, ids);
  return new Map(
    ids.flatMap((id): [number, StoredImport][] => {
      const activity = stored.get(id);
      const tombstone = tombstones.get(id);
      if (activity === undefined && tombstone === undefined) return [];
      return [
        [
          id,
          {
            athleteId: activity && toNumber(activity.sync.athlete_id),
            digest: activity && digestOfWhole(activity),
            archivedAt: activity?.export?.archived_at,
            problem: activity?.export?.problem,
            summary: activity && (activity.sync.source === 'export' ? 'export' : 'api'),
            streams: activity && {
              state: activity.sync.streams.state,
              source: activity.sync.streams.source ?? 'api',
            },
            tombstone: tombstone && { why: tombstone.why, at: tombstone.at },
          },
        ],
      ];
    }),
  );
}

/** Undefined where the archive has the recording and none is stored. */
function digestOfWhole({ export: exported, sync }: StoredActivity): string | undefined {
  const isWhole = exported?.recording !== 'streams' || sync.streams.state === 'stored';
  return isWhole ? exported?.digest : undefined;
}
