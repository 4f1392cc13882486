/**
 * A database of simulated activities, stored as a sync stores them, but without requests.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { readSummary } from '../src/domain/activity/activity.ts';
import type { ActivitySummary } from '../src/domain/activity/activity.ts';
import type { JsonValue } from '../src/domain/json.ts';
import type { Streams } from '../src/domain/activity/streams.ts';
import { isProblem, readStreams } from '../src/domain/activity/streams.ts';
import type { StreamsTask } from '../src/domain/sync/fetch-task.ts';
import { findMongod } from '../src/embedded-mongodb/binary.ts';
import { startMongod } from '../src/embedded-mongodb/mongod.ts';
import { int64 } from '../src/mongo/base/bson-value.ts';
import type { Retry } from '../src/mongo/base/retrying-db.ts';
import { storeOf } from '../src/mongo/schema/collections.ts';
import type { Store } from '../src/mongo/schema/collections.ts';
import { unavailableState } from '../src/mongo/schema/fetch-state-queries.ts';
import { prepareDatabase } from '../src/mongo/setup/ensure-indexes.ts';
import { createActivityStore } from '../src/mongo/streams/activity-store.ts';
import { setStreamsState, storeStreams } from '../src/mongo/streams/streams.ts';
import type { World } from '../src/simulator/world/world.ts';

const fetchedAt = new Date('2026-11-21T00:00:00Z');
const perPage = 200;
/** Streams that are written at once, because each write waits for the disk. */
const atOnce = 8;

/** The store, and where it is. */
export interface OwnStore {
  readonly store: Store;
  readonly uri: string;
  /** Of mongod. */
  readonly pid: number;
  readonly database: string;
  /** For files; it goes with the database. */
  readonly folder: string;
}

/** Gives a database with its indexes on a mongod of its own, and removes both afterwards. */
export async function withOwnStore(
  say: (text: string) => void,
  use: (own: OwnStore) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'domestique-bench-'));
  const binary = await findMongod({ env: process.env, log: say });
  const [dbPath, logPath] = [join(folder, 'db'), join(folder, 'mongod.log')];
  const mongod = await startMongod({ binary, dbPath, port: 0, logPath });
  const client = new MongoClient(mongod.uri, { ignoreUndefined: true });
  try {
    const db = client.db('bench');
    const retry: Retry = (operation) => operation();
    const close = (): Promise<void> => client.close();
    const store = storeOf({ db, urgent: db, address: mongod.uri, retry, close });
    await prepareDatabase(store);
    const { uri, pid } = mongod;
    await use({ store, uri, pid, database: db.databaseName, folder });
  } finally {
    await client.close();
    await mongod.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Stores all activities of an athlete with their streams. */
export async function fillStore(
  store: Store,
  { world, athleteId }: { readonly world: World; readonly athleteId: number },
  say: (text: string) => void,
): Promise<void> {
  const activities = createActivityStore(store);
  const current = { unusable: [], source: 'list', known: [], fetchedAt, epoch: 1 } as const;
  const ids = world.activities(athleteId).map(({ id }) => id);
  for (let from = 0; from < ids.length; from += perPage) {
    const summaries = ids.slice(from, from + perPage).map((id) => summaryOf(world, id));
    await activities.storePage({ athleteId, summaries, ...current });
    for (let first = 0; first < summaries.length; first += atOnce) {
      const some = summaries.slice(first, first + atOnce);
      await Promise.all(some.map((summary) => fillStreams(store, { world, athleteId, summary })));
    }
    say(`${from + summaries.length} of ${ids.length} activities`);
  }
}

function summaryOf(world: World, id: number): ActivitySummary {
  const listed = readSummary(JSON.parse(JSON.stringify(world.summary(id))) as JsonValue);
  if (!listed.isUsable) throw new Error(listed.unusable.reason);
  return listed.summary;
}

async function fillStreams(
  store: Store,
  { world, athleteId, summary }: { world: World; athleteId: number; summary: ActivitySummary },
): Promise<void> {
  const { id, startAt } = summary;
  const sent = world.streams(id);
  if (sent === null) {
    const task = await taskOf(store, { id, startAt });
    const none = unavailableState('manual', fetchedAt);
    return setStreamsState(store, { athleteId, ...byBench }, task, none);
  }
  const response = Object.fromEntries(Object.entries(sent).map(([key, data]) => [key, { data }]));
  const streams = readStreams(response);
  if (isProblem(streams)) throw new Error(streams.problem);
  await storeRecording(store, { athleteId, id, startAt, streams });
}

const byBench = { epoch: 1, at: fetchedAt };

/** Stores the streams of an activity that is stored. */
export async function storeRecording(
  store: Store,
  { athleteId, streams, ...activity }: { athleteId: number; streams: Streams } & Activity,
): Promise<void> {
  const write = { athleteId, ...byBench };
  const task = await taskOf(store, activity);
  await storeStreams({ ...store, trackSource: 'summary' }, write, task, streams);
}

interface Activity {
  readonly id: number;
  readonly startAt: Date;
}

async function taskOf(store: Store, { id, startAt }: Activity): Promise<StreamsTask> {
  const stored = await store.activities.findOne({ _id: int64(id) });
  const recordingHash = stored?.sync.recording_hash ?? '';
  const recording = { startAt, firstSeenAt: new Date(0), elapsedS: 0, recordingHash };
  return { kind: 'streams', activityId: id, ...recording, isFresh: false, tries: 0 };
}
