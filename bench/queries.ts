/**
 * Measures the questions of the cookbook on a database of 5,000 simulated activities with streams: the
 * time of each, and the reads that MongoDB reports. `npm run bench:queries -- 500` takes fewer.
 */
import type { Db, Document } from 'mongodb';
import { systemClock } from '../src/clock.ts';
import { bindDocument, bindPipeline, withRing } from '../src/queries/binding.ts';
import type { Scope } from '../src/queries/binding.ts';
import { parameters } from '../src/queries/parameters.ts';
import { exampleOf } from '../src/queries/recipe.ts';
import type { Recipe } from '../src/queries/recipe.ts';
import { recipes } from '../src/queries/recipes.ts';
import { int64 } from '../src/mongo/base/bson-value.ts';
import type { Store } from '../src/mongo/schema/collections.ts';
import { startSimulator } from '../src/simulator/api/server.ts';
import type { World } from '../src/simulator/world/world.ts';
import { fillStore, withOwnStore } from './filled-store.ts';

const athleteId = 1001;
const say = (text: string): void => void process.stderr.write(`${text}\n`);

const endsAt = new Date('2026-11-20T12:00:00Z');
const samples = [100, 200] as const;
/** The ways that are taken again and again, and the share of the activities that do. */
const ways = 20;
const repeatedShare = 0.2;

/** The history; each recording has few samples, to be stored within minutes. */
function worldOptions(activities: number) {
  const athlete = { id: athleteId, firstname: 'Ada', lastname: 'Example', activities, years: 12 };
  return { athletes: [{ ...athlete, endsAt, samplesPerActivity: samples }] };
}

/** Takes the ways of the oldest recordings again. */
function addRepeats(world: World, count: number): void {
  const recorded = world
    .activities(athleteId)
    .toReversed()
    .filter(({ id }) => world.streams(id)?.['latlng'] !== undefined)
    .slice(0, ways);
  const [first] = recorded;
  if (first === undefined) return;
  const everyMs = (+endsAt - +first.startAt) / (count + 1);
  for (let turn = 1; turn <= count; turn += 1) {
    const { id: onWayOf } = recorded[turn % recorded.length] ?? first;
    const startAt = new Date(+first.startAt + turn * everyMs);
    const { sport_type, moving_time } = world.summary(onWayOf);
    const fields = { sport_type, moving_time: moving_time + ((turn * 7) % 100) };
    world.addActivity(athleteId, fields, { startAt, samples, onWayOf });
  }
}

/** Adds zones, a change, a removal, company, calories, efforts, and an activity without its streams. */
async function addOdds({ db }: Store, newest: number): Promise<void> {
  const zones = [0, 115, 134, 153, 172].map((min, index, all) => ({
    min,
    max: all[index + 1] ?? -1,
  }));
  const athlete = { firstname: 'Ada', zones: { heart_rate: { zones }, power: { zones } } };
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
  await addEfforts(db);
  await db
    .collection('activities')
    .updateOne({ _id: int64(newest) }, { $set: { 'sync.streams.state': 'pending' } });
}

/** Three efforts of each third activity, on 24 segments. */
async function addEfforts(db: Db): Promise<void> {
  const shifted = { $add: ['$_id', { $multiply: ['$$place', 7] }] };
  const effort = {
    elapsed_time: { $add: [300, { $mod: [shifted, 97] }] },
    start_index: { $multiply: ['$$place', 20] },
    end_index: { $add: [{ $multiply: ['$$place', 20] }, 15] },
    segment: { id: { $add: [int64(229_781), { $mod: [shifted, 24] }] }, name: 'A segment' },
  };
  const segment_efforts = { $map: { input: [0, 1, 2], as: 'place', in: effort } };
  await db
    .collection('activities')
    .updateMany({ $expr: { $eq: [{ $mod: ['$_id', 3] }, 0] } }, [{ $set: { segment_efforts } }]);
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
  const reading = (first['$cursor'] ?? first['$geoNearCursor'] ?? explained) as Document;
  const stats = reading['executionStats'] as Document;
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
  const repeats = Math.round(activities * repeatedShare);
  const simulator = await startSimulator(worldOptions(activities - repeats));
  try {
    addRepeats(simulator.world, repeats);
    await fillStore(store, { world: simulator.world, athleteId }, say);
    const all = simulator.world.activities(athleteId).map(({ id }) => id);
    const withPower = all.filter((id) => simulator.world.streams(id)?.['watts'] !== undefined);
    const ride = withPower.at(-1) ?? 0;
    await addOdds(store, all.at(5) ?? 0);
    const found = await store.activities.findOne({ _id: int64(ride) });
    const route = found?.derived?.route && { route: found.derived.route };
    say(`| question | ms | documents read | index entries read | given to the rest | answers |`);
    for (const recipe of recipes) {
      const scope = Object.fromEntries(
        recipe.parameters.map((name) => [name, parameters[name].read(exampleOf(recipe, name))]),
      );
      const own = { ...scope, athlete: int64(athleteId), activity: int64(ride), ...route };
      process.stdout.write(`${rowOf(await measure(store, recipe, own))}\n`);
    }
  } finally {
    await simulator.close();
  }
}

const startMs = systemClock.monotonicMs();
const activities = Number(process.argv[2] ?? 5_000);
await withOwnStore(say, ({ store }) => bench(store, activities));
say(`${Math.round((systemClock.monotonicMs() - startMs) / 1_000)} s in all`);
