/**
 * Measures the disk space of an hour's streams, by number type and compressor, on its own
 * mongod: `npm run bench:storage` prints the table of decision 15 (docs/decisions). It touches no other database.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Collection, Db } from 'mongodb';
import { Double, Long, MongoClient } from 'mongodb';
import { systemClock } from '../src/clock.ts';
import type { Sample, Streams } from '../src/domain/activity/streams.ts';
import { isProblem, readStreams } from '../src/domain/activity/streams.ts';
import { findMongod } from '../src/embedded-mongodb/binary.ts';
import { startMongod } from '../src/embedded-mongodb/mongod.ts';
import { createWorld } from '../src/simulator/world/world.ts';

interface NumberType {
  readonly name: string;
  readonly encode: (samples: readonly Sample[], key: string) => readonly unknown[];
}

const activities = 100;
const samplesPerActivity = 3_600;

const compressors = ['none', 'snappy', 'zlib', 'zstd'] as const;
const scales: ReadonlyMap<string, number> = new Map([
  ['lat', 1e6],
  ['lng', 1e6],
  ['distance', 10],
  ['altitude', 10],
  ['velocity_smooth', 10],
  ['grade_smooth', 10],
]);

const asDouble = (sample: Sample): unknown =>
  typeof sample === 'number' ? new Double(sample) : sample;
const isWhole = (sample: Sample): boolean => typeof sample !== 'number' || Number.isInteger(sample);

const numberTypes: readonly NumberType[] = [
  { name: 'double', encode: (samples) => samples.map(asDouble) },
  { name: 'int32 for a whole number', encode: (samples) => samples },
  {
    name: 'int32 for a stream of whole numbers',
    encode: (samples) => (samples.every(isWhole) ? samples : samples.map(asDouble)),
  },
  {
    name: 'int32, fractions scaled',
    encode: (samples, key) =>
      samples.map((sample) =>
        typeof sample === 'number' ? Math.round(sample * (scales.get(key) ?? 1)) : sample,
      ),
  },
];

interface Figures {
  readonly collection: Collection;
  readonly cells: readonly string[];
  readonly insertMs: number;
}

/** Recordings with every stream, an hour at a sample a second each. */
function drawRecordings(): readonly Streams[] {
  const athlete = { id: 1, firstname: 'Ada', lastname: 'Bench', manualShare: 0 };
  const { world } = createWorld({
    seed: 6,
    athletes: [{ ...athlete, activities: 3 * activities, samplesPerActivity }],
    clock: systemClock,
    onEvent: () => undefined,
  });
  const found = world.activities(athlete.id).flatMap(({ id }) => {
    const data = Object.entries(world.streams(id) ?? {});
    const response = Object.fromEntries(data.map(([key, samples]) => [key, { data: samples }]));
    const streams = readStreams(response);
    return isProblem(streams) || !streams.arrays.has('lat') || !streams.arrays.has('heartrate')
      ? []
      : [streams];
  });
  if (found.length < activities) throw new Error(`Only ${found.length} recordings were drawn.`);
  return found.slice(0, activities);
}

async function insertAll(
  db: Db,
  recordings: readonly Streams[],
  { type, compressor }: { type: NumberType; compressor: string },
): Promise<Figures> {
  const name = `${type.name}_${compressor}`.replace(/\W+/g, '_');
  const storageEngine = { wiredTiger: { configString: `block_compressor=${compressor}` } };
  const collection = await db.createCollection(name, { storageEngine });
  let insertMs = 0;
  for (const [index, { arrays }] of recordings.entries()) {
    const encoded = [...arrays].map(([key, samples]): [string, unknown] => [
      key,
      type.encode(samples, key),
    ]);
    const document = { activity_id: Long.fromNumber(index), ...Object.fromEntries(encoded) };
    const startedMs = performance.now();
    await collection.insertOne(document);
    insertMs += performance.now() - startedMs;
  }
  return { collection, cells: [type.name, compressor], insertMs };
}

async function measure(db: Db, { collection, cells, insertMs }: Figures): Promise<string> {
  let readMs = 0;
  for await (const { _id } of collection.find({}, { projection: { _id: 1 } })) {
    const startedMs = performance.now();
    await collection.findOne({ _id });
    readMs += performance.now() - startedMs;
  }
  const stats = await db.command({ collStats: collection.collectionName });
  const kib = (bytes: unknown): string => (Number(bytes) / activities / 1_024).toFixed(0);
  const perActivity = [insertMs, readMs].map((ms) => `${(ms / activities).toFixed(1)} ms`);
  const sizes = [`${kib(stats['size'])} KiB`, `${kib(stats['storageSize'])} KiB`];
  return `| ${[...cells, ...sizes, ...perActivity].join(' | ')} |\n`;
}

async function printTable(uri: string, print: (text: string) => void): Promise<void> {
  await using client = new MongoClient(uri);
  const db = client.db('bench');
  const recordings = drawRecordings();
  const combinations = numberTypes.flatMap((type) =>
    compressors.map((compressor) => ({ type, compressor })),
  );
  // Writes all before it reads any: they exceed mongod's cache, so that the reads go to the disk.
  const inserted: Figures[] = [];
  for (const combination of combinations) {
    inserted.push(await insertAll(db, recordings, combination));
  }
  // A checkpoint writes everything into its file.
  await client.db('admin').command({ fsync: 1 });
  print('| numbers | compressor | BSON | disk | insert | read |\n|---|---|---|---|---|---|\n');
  for (const figures of inserted) print(await measure(db, figures));
}

const folder = await mkdtemp(join(tmpdir(), 'domestique-bench-'));
const log = (message: string): void => void process.stderr.write(`${message}\n`);
const mongod = await startMongod({
  binary: await findMongod({ env: process.env, log }),
  dbPath: join(folder, 'db'),
  logPath: join(folder, 'log'),
  port: 0,
});
try {
  await printTable(mongod.uri, (text) => void process.stdout.write(text));
} finally {
  mongod.kill();
  await mongod.stop();
  await rm(folder, { recursive: true, force: true });
}
