/**
 * The version of all stored activities: it changes with every write that can change a list of them, so that
 * a list is read only when it is another one than the last time.
 */
import { createHash } from 'node:crypto';
import { BSON } from 'mongodb';
import { createBoundedWork } from '../../../../http/bounded-work.ts';
import { createRecentValue } from '../../../../http/recent-value.ts';
import type { Store } from '../../../../mongo/schema/collections.ts';
import type { Program } from '../../../../program.ts';
import { programVersion } from '../../../../version.ts';
import type { PageSource } from '../../source.ts';
import type { Names } from '../names.ts';
import { readNames } from '../names.ts';
import { maxPingMs, reaches } from '../reachable.ts';

export interface StoredVersion {
  readonly store: Store;
  readonly names: Names;
  /** A hash. */
  readonly version: string;
}

/** Undefined while MongoDB is away. */
export type ReadVersion = () => Promise<StoredVersion | undefined>;

/** MongoDB is queried at most once in this time, however many requests come. */
const pollIntervalMs = 1_000;
const maxReadMs = 10_000;
/** Those that wait while MongoDB is away share one ping. */
const maxPings = 1_000;

export function createVersion({ clock }: Program, { database }: PageSource): ReadVersion {
  const pinging = createBoundedWork({ clock, maxMs: maxPingMs, maxRunning: maxPings });
  const reading = createBoundedWork({ clock, maxMs: maxReadMs, maxRunning: maxPings });
  const ping = createRecentValue({ load: () => reaches(database()?.store), clock, pollIntervalMs });
  const version = createRecentValue({
    load: () => versionOf(database()?.store),
    clock,
    pollIntervalMs,
  });
  return async () => {
    const isThere = await pinging(() => ping.read(pollIntervalMs), false);
    return isThere ? reading(() => version.read(pollIntervalMs), undefined) : undefined;
  };
}

/**
 * A write of the sync or of an import moves a date, a removal changes the sum of the ids, and what a hand
 * changes nearly always changes the size.
 */
const everything = {
  $group: {
    _id: null,
    count: { $sum: 1 },
    ids: { $sum: '$_id' },
    bytes: { $sum: { $bsonSize: '$$ROOT' } },
    fetched: { $max: '$sync.fetched_at' },
    imported: { $max: '$export.imported_at' },
    streams: { $max: '$sync.streams.fetched_at' },
    details: { $max: '$sync.details.fetched_at' },
    stored: { $sum: { $cond: [{ $eq: ['$sync.streams.state', 'stored'] }, 1, 0] } },
    none: { $sum: { $cond: [{ $eq: ['$sync.streams.state', 'none'] }, 1, 0] } },
    parked: { $sum: { $cond: [{ $eq: ['$sync.streams.state', 'parked'] }, 1, 0] } },
  },
};

async function versionOf(store: Store | undefined): Promise<StoredVersion | undefined> {
  if (store === undefined) return undefined;
  const [names, activities] = await Promise.all([
    readNames(store),
    store.db.collection('activities').aggregate([everything]).toArray(),
  ]);
  const all = {
    program: programVersion(),
    activities,
    names: [[...names.athletes], [...names.gear]],
  };
  const version = createHash('sha256').update(BSON.EJSON.stringify(all)).digest('base64url');
  return { store, names, version: version.slice(0, 22) };
}
