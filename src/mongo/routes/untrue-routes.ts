/** Tells what is not as it has to be among an athlete's routes, without a comparison of tracks. */
import { isDeepStrictEqual } from 'node:util';
import type { Document } from 'mongodb';
import { ObjectId } from 'mongodb';
import { int64 } from '../base/bson-value.ts';
import type { Store } from '../schema/collections.ts';
import { matchableOf } from './assign-routes.ts';
import { figuresOf, representativeFields, sumsOf, travelledOf } from './refresh-routes.ts';

/** Whether each track is on a route, and each route says what its activities say. */
export async function areRoutesTrue(store: Store, athleteId: number): Promise<boolean> {
  const untrue = await untrueRoutes(store, athleteId);
  return untrue.length === 0 && !(await isAnyOffRoute(store, athleteId));
}

/**
 * The routes that are stale or say something else than their activities, and those that activities name and
 * that are not there. The activities are read from an index alone.
 */
export async function untrueRoutes(store: Store, athleteId: number): Promise<readonly ObjectId[]> {
  const athlete_id = int64(athleteId);
  // Of the type, and not only there: so the index alone answers.
  const any = { $gte: new ObjectId('0'.repeat(24)) };
  const members = new Map(await sumsOf(store, { athleteId }, any));
  const figures = { best_moving_time: 1, usual_moving_time: 1 };
  const projection = { count: 1, first_at: 1, last_at: 1, stale: 1, ...figures };
  const routes = await store.routes.find({ athlete_id }, { projection }).toArray();
  const untrue = routes.filter(({ _id, stale, ...said }) => {
    const sums = members.get(_id.toHexString());
    members.delete(_id.toHexString());
    const isTrue = sums !== undefined && isDeepStrictEqual(said, figuresOf(sums));
    return stale !== undefined || !isTrue;
  });
  return [...untrue.map(({ _id }) => _id), ...[...members.keys()].map((id) => new ObjectId(id))];
}

/** Reads the tracks without a route, most of which are too short for one, by the index of starts. */
async function isAnyOffRoute({ db }: Store, athleteId: number): Promise<boolean> {
  const filter: Document = {
    'sync.athlete_id': int64(athleteId),
    track: { $exists: true },
    'derived.route': { $exists: false },
  };
  const options = { projection: representativeFields, sort: { start_date: -1 } } as const;
  for await (const found of db.collection('activities').find(filter, options))
    if (matchableOf(travelledOf(found)).length > 0) return true;
  return false;
}
