/**
 * Reads the facts that the notification rules decide by from the database.
 */
import { nextListRequest } from '../../domain/sync/list-coverage.ts';
import type { AthleteFacts } from '../../domain/notifications/alert-conditions.ts';
import { int64, toNumber } from '../../mongo/base/bson-value.ts';
import type { Application } from '../../mongo/schema/definitions/application.ts';
import { loginsOf } from '../../mongo/schema/definitions/application.ts';
import type { Store, TokenDocument } from '../../mongo/schema/collections.ts';
import { deauthorizedAthletes } from '../../mongo/athletes/deauthorized.ts';
import { erasingIds } from '../../mongo/athletes/erasing.ts';
import { listingFrom } from '../../mongo/athletes/coverage-document.ts';
import { countPending } from '../../mongo/streams/pending.ts';

/** What is wanted of each athlete. */
export interface BackfillGoal {
  /** Undefined for the whole history. */
  readonly since: Date | undefined;
  readonly shouldFetchStreams: boolean;
  /** Whose streams are wanted; all where it is empty. */
  readonly sports: readonly string[];
  /** Whether the first backfill of an athlete was complete before. */
  readonly isKnown: (athleteId: number) => boolean;
}

/** Every athlete of an application who is logged in or withdrew the access, except those being erased. */
export async function athleteFacts(
  store: Store,
  application: Application,
  goal: BackfillGoal,
): Promise<readonly AthleteFacts[]> {
  const erasing = new Set(await erasingIds(store, application));
  const grants = await loginsOf(store, application).sort({ _id: 1 }).toArray();
  const facts: AthleteFacts[] = [];
  for (const grant of grants) {
    if (!erasing.has(toNumber(grant._id))) facts.push(await factsOf(store, { grant, goal }));
  }
  for (const { athleteId } of await deauthorizedAthletes(store, application)) {
    const needsAuthorization = 'the access was withdrawn at Strava';
    facts.push({ athleteId, needsAuthorization, isBackfilled: goal.isKnown(athleteId), parked: 0 });
  }
  return facts;
}

async function factsOf(
  store: Store,
  { grant, goal }: { readonly grant: TokenDocument; readonly goal: BackfillGoal },
): Promise<AthleteFacts> {
  const athleteId = toNumber(grant._id);
  const reason = grant.needs_authorization?.reason;
  return {
    athleteId,
    ...(reason !== undefined && { needsAuthorization: reason }),
    isBackfilled: goal.isKnown(athleteId) || (await isBackfilled(store, { athleteId, goal })),
    parked: await countParked(store, athleteId),
  };
}

async function isBackfilled(
  store: Store,
  { athleteId, goal }: { readonly athleteId: number; readonly goal: BackfillGoal },
): Promise<boolean> {
  const { since, shouldFetchStreams, sports } = goal;
  const found = await store.athletes.findOne({ _id: int64(athleteId) });
  const coverage = listingFrom(found?.sync?.coverage);
  const sinceS = since === undefined ? 0 : Math.floor(since.getTime() / 1_000);
  if (nextListRequest(coverage, { sinceS }) !== undefined) return false;
  if (!shouldFetchStreams) return true;
  const range = since === undefined ? {} : { from: since };
  return (await countPending({ ...store, sports }, athleteId, range)) === 0;
}

async function countParked({ activities, parked }: Store, athleteId: number): Promise<number> {
  const id = int64(athleteId);
  const recordings = { 'sync.athlete_id': id, 'sync.streams.state': 'parked' as const };
  return (
    (await parked.countDocuments({ athlete_id: id })) +
    (await activities.countDocuments(recordings))
  );
}

/** When the list of any of these athletes was last read. */
export async function lastPollAt(
  { athletes }: Store,
  athleteIds: readonly number[],
): Promise<Date | undefined> {
  const filter = { _id: { $in: athleteIds.map(int64) }, 'sync.polled_at': { $exists: true } };
  const options = { sort: { 'sync.polled_at': -1 } } as const;
  return (await athletes.findOne(filter, options))?.sync?.polled_at;
}
