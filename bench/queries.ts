/**
 * Measures the questions of the cookbook on a database of 5,000 simulated activities with streams: the
 * time of each, and the reads that MongoDB reports. `npm run bench:queries -- 500` takes fewer.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Document } from 'mongodb';
import { MongoClient } from 'mongodb';
import { systemClock } from '../src/clock.ts';
import { bindDocument, bindPipeline, withRing } from '../src/queries/binding.ts';
import type { Scope } from '../src/queries/binding.ts';
import { parameters } from '../src/queries/parameters.ts';
import { exampleOf } from '../src/queries/recipe.ts';
import type { Recipe } from '../src/queries/recipe.ts';
import { recipes } from '../src/queries/recipes.ts';
import { readSummary } from '../src/domain/activity/activity.ts';
import type { ActivitySummary } from '../src/domain/activity/activity.ts';
import type { JsonValue } from '../src/domain/json.ts';
import { isProblem, readStreams } from '../src/domain/activity/streams.ts';
import type { StreamsTask } from '../src/domain/sync/fetch-task.ts';
import { unavailableState } from '../src/mongo/schema/fetch-state-queries.ts';
import { setStreamsState, storeStreams } from '../src/mongo/streams/streams.ts';
import { createActivityStore } from '../src/mongo/streams/activity-store.ts';
import { int64 } from '../src/mongo/base/bson-value.ts';
import { storeOf } from '../src/mongo/schema/collections.ts';
import { prepareDatabase } from '../src/mongo/setup/ensure-indexes.ts';
import type { Retry } from '../src/mongo/base/retrying-db.ts';
import type { Store } from '../src/mongo/schema/collections.ts';
import { findMongod } from '../src/embedded-mongodb/binary.ts';
import { startMongod } from '../src/embedded-mongodb/mongod.ts';
import { startSimulator } from '../src/simulator/api/server.ts';
import type { World } from '../src/simulator/world/world.ts';

const athleteId = 1001;
const fetchedAt = new Date('2026-11-21T00:00:00Z');
const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** The history; each recording has few samples, to be stored within minutes. */
function worldOptions(activities: number) {
  const athlete = { id: athleteId, firstname: 'Ada', lastname: 'Example', activities, years: 12 };
  const endsAt = new Date('2026-11-20T12:00:00Z');
  return { athletes: [{ ...athlete, endsAt, samplesPerActivity: [100, 200] as const }] };
}

async function fill(store: Store, world: World): Promise<void> {
  const activities = createActivityStore(store);
  const current = { unusable: [], source: 'list', known: [], fetchedAt, epoch: 1 } as const;
  const ids = world.activities(athleteId).map(({ id }) => id);
  for (let from = 0; from < ids.length; from += 200) {
    const page = ids.slice(from, from + 200);
    const summaries = page.map((id) => summaryOf(world, id));
    await activities.storePage({ athleteId, summaries, ...current });
    for (const summary of summaries) await fillStreams(store, { world, summary });
    say(`${from + page.length} of ${ids.length} activities`);
  }
}

function summaryOf(world: World, id: number): ActivitySummary {
  const listed = readSummary(JSON.parse(JSON.stringify(world.summary(id))) as JsonValue);
  if (!listed.isUsable) throw new Error(listed.unusable.reason);
  return listed.summary;
}

async function fillStreams(
  store: Store,
  { world, summary }: { world: World; summary: ActivitySummary },
): Promise<void> {
  const { id, startAt } = summary;
  const stored = await store.activities.findOne({ _id: int64(id) });
  const recordingHash = stored?.sync.recording_hash ?? '';
  const recording = {
    startAt,
    firstSeenAt: new Date(0),
    elapsedS: 0,
    recordingHash,
    isFresh: false,
    tries: 0,
  };
  const task: StreamsTask = { kind: 'streams', activityId: id, ...recording };
  const write = { athleteId, epoch: 1, at: fetchedAt };
  const sent = world.streams(id);
  if (sent === null)
    return setStreamsState(store, write, task, unavailableState('manual', fetchedAt));
  const response = Object.fromEntries(Object.entries(sent).map(([key, data]) => [key, { data }]));
  const streams = readStreams(response);
  if (isProblem(streams)) throw new Error(streams.problem);
  await storeStreams({ ...store, trackSource: 'summary' }, write, task, streams);
}

/** Adds zones, a change, a removal, company, calories, and an activity without its streams. */
async function addOdds({ db }: Store, newest: number): Promise<void> {
  const zones = [0, 115, 134, 153, 172].map((min, index, all) => ({
    min,
    max: all[index + 1] ?? -1,
  }));
  const athlete = { firstname: 'Ada', zones: { heart_rate: { zones } } };
  const athlete_id = int64(athleteId);
  await db
    .collection('athletes')
    .insertOne({ _id: athlete_id as never, ...athlete }, { bypassDocumentValidation: true });
  const [changes, tombstones] = [db.collection('changes'), db.collection('tombstones')];
  const seen_at = new Date();
  await changes.insertMany(
    Array.from({ length: 50 }, () => ({ athlete_id, seen_at, kind: 'changed', fields: [] })),
    { bypassDocumentValidation: true },
  );
  const removed = { _id: int64(5) as never, athlete_id, at: seen_at, why: 'deleted' };
  await tombstones.insertOne(removed, { bypassDocumentValidation: true });
  await db
    .collection('activities')
    .updateMany(
      { $expr: { $eq: [{ $mod: ['$_id', 10] }, 0] } },
      { $set: { athlete_count: 3, calories: 512.5 } },
    );
  await db
    .collection('activities')
    .updateOne({ _id: int64(newest) }, { $set: { 'sync.streams.state': 'pending' } });
}

interface Measured {
  readonly name: string;
  readonly milliseconds: number;
  readonly documents: number;
  readonly keys: number;
  readonly returned: number;
  readonly answers: number;
}

const runs = 5;

async function measure({ db }: Store, recipe: Recipe, given: Scope): Promise<Measured> {
  const { lookup, name, hint } = recipe;
  const found = lookup && {
    [lookup.as]: await db
      .collection(lookup.collection)
      .findOne(bindDocument(lookup.filter, given), { projection: lookup.projection }),
  };
  const pipeline = bindPipeline(recipe.pipeline, withRing(recipe.circle, { ...given, ...found }));
  const collection = db.collection(recipe.collection);
  const options = hint === undefined ? {} : { hint };
  const times: number[] = [];
  let answers = 0;
  for (let run = 0; run < runs; run += 1) {
    const startMs = performance.now();
    answers = (await collection.aggregate(pipeline, options).toArray()).length;
    times.push(performance.now() - startMs);
  }
  const explained = await collection.aggregate(pipeline, options).explain('executionStats');
  const [first = {}] = (explained['stages'] ?? []) as readonly Document[];
  const stats = ((first['$cursor'] ?? explained) as Document)['executionStats'] as Document;
  return {
    name,
    milliseconds: times.sort((one, other) => one - other)[Math.floor(runs / 2)] ?? 0,
    documents: Number(stats['totalDocsExamined']),
    keys: Number(stats['totalKeysExamined']),
    returned: Number(stats['nReturned']),
    answers,
  };
}

function rowOf({ name, milliseconds, documents, keys, returned, answers }: Measured): string {
  const cells = [`\`${name}\``, milliseconds.toFixed(1), documents, keys, returned, answers];
  return `| ${cells.join(' | ')} |`;
}

async function bench(store: Store, activities: number): Promise<void> {
  const simulator = await startSimulator(worldOptions(activities));
  try {
    await prepareDatabase(store);
    await fill(store, simulator.world);
    const all = simulator.world.activities(athleteId).map(({ id }) => id);
    const ride = all.find((id) => simulator.world.streams(id)?.['watts'] !== undefined) ?? 0;
    await addOdds(store, all.at(5) ?? 0);
    say(`| question | ms | documents read | index entries read | given to the rest | answers |`);
    for (const recipe of recipes) {
      const scope = Object.fromEntries(
        recipe.parameters.map((name) => [name, parameters[name].read(exampleOf(recipe, name))]),
      );
      const own = { ...scope, athlete: int64(athleteId), activity: int64(ride) };
      process.stdout.write(`${rowOf(await measure(store, recipe, own))}\n`);
    }
  } finally {
    await simulator.close();
  }
}

async function main(activities: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'domestique-bench-'));
  const binary = await findMongod({ env: process.env, log: say });
  const [dbPath, logPath] = [join(folder, 'db'), join(folder, 'mongod.log')];
  const mongod = await startMongod({ binary, dbPath, port: 0, logPath });
  const client = new MongoClient(mongod.uri, { ignoreUndefined: true });
  try {
    const db = client.db('bench');
    const retry: Retry = (operation) => operation();
    const close = (): Promise<void> => client.close();
    await bench(storeOf({ db, urgent: db, address: mongod.uri, retry, close }), activities);
  } finally {
    await client.close();
    await mongod.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const startMs = systemClock.monotonicMs();
await main(Number(process.argv[2] ?? 5_000));
say(`${Math.round((systemClock.monotonicMs() - startMs) / 1_000)} s in all`);
