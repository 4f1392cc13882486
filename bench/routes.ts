/**
 * Measures the routes of 5,000 activities that were ridden mostly on the same ways: `npm run bench:routes` prints
 * the table of docs/benchmarks.md. `npm run bench:routes -- 500 900` takes fewer activities, each with 900
 * samples instead of 3,600; with 0 they have no recordings.
 */
import { cpus, loadavg } from 'node:os';
import { readSummary } from '../src/domain/activity/activity.ts';
import type { ActivitySummary } from '../src/domain/activity/activity.ts';
import { isProblem, readStreams } from '../src/domain/activity/streams.ts';
import { int64 } from '../src/mongo/base/bson-value.ts';
import { createActivityStore } from '../src/mongo/streams/activity-store.ts';
import type { Store } from '../src/mongo/schema/collections.ts';
import type { OwnStore } from './filled-store.ts';
import { storeRecording, withOwnStore } from './filled-store.ts';
import type { Ridden } from './routes/ways.ts';
import { recordOf, ridden } from './routes/ways.ts';
import { cli, readerOptions, runToEnd } from './sync/contenders.ts';
import { measureMongod } from './sync/mongod-usage.ts';

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const athleteId = 1_001;
const perPage = 200;
const atOnce = 8;
/** Each is a page of the list. */
const newActivities = 50;
/** A rebuild needs no application. */
const nobody = { apiUrl: '', oauthUrl: '', clientId: '', clientSecret: '', refreshToken: '' };

interface Figures {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly mongodMs: number;
  readonly peakMb?: number;
}

async function measured(own: OwnStore, work: () => Promise<unknown>): Promise<Figures> {
  const [startMs, before] = [performance.now(), process.cpuUsage()];
  const { usage } = await measureMongod(own, work);
  const { user, system } = process.cpuUsage(before);
  const wallMs = performance.now() - startMs;
  return { wallMs, cpuMs: (user + system) / 1_000, mongodMs: usage.cpuMs };
}

async function rebuilt(own: OwnStore, activities: number, ...options: string[]): Promise<Figures> {
  const surroundings = { server: own, folder: own.folder, activities, profileFolder: undefined };
  const args = [...readerOptions, cli, 'rebuild', ...options];
  const { result, usage } = await measureMongod(own, () =>
    runToEnd(surroundings, { args, address: nobody, database: own.database }),
  );
  return { ...result, mongodMs: usage.cpuMs };
}

function summaryOf(one: Ridden): ActivitySummary {
  const listed = readSummary(recordOf(one));
  if (!listed.isUsable) throw new Error(listed.unusable.reason);
  return listed.summary;
}

async function storePage(store: Store, all: readonly Ridden[]): Promise<void> {
  const fetchedAt = new Date();
  const current = { unusable: [], source: 'list', known: [], fetchedAt, epoch: 1 } as const;
  const page = { athleteId, summaries: all.map(summaryOf), ...current };
  await createActivityStore(store).storePage(page);
}

/** The newest first, as a backfill lists them. */
async function storeAll(store: Store, activities: number): Promise<void> {
  for (let left = activities; left > 0; left -= perPage) {
    const numbers = Array.from({ length: Math.min(perPage, left) }, (_, index) => left - index);
    await storePage(store, numbers.map(ridden));
  }
}

async function storeRecordings(
  store: Store,
  { activities, samples }: { activities: number; samples: number },
): Promise<void> {
  for (let from = 1; from <= activities; from += atOnce) {
    const length = Math.min(atOnce, activities + 1 - from);
    const some = Array.from({ length }, (_, index) => ridden(from + index));
    await Promise.all(
      some.map((one) =>
        storeRecording(store, { athleteId, ...one, streams: streamsOf(one, samples) }),
      ),
    );
    const done = from + length - 1;
    if (done % 1_000 === 0) say(`${done} recordings`);
  }
}

function streamsOf({ seconds, meters, points }: Ridden, samples: number) {
  const along = Array.from({ length: samples }, (_, index) => index / (samples - 1));
  const data = {
    time: along.map((share) => Math.round(share * seconds)),
    distance: along.map((share) => Math.round(share * meters)),
    latlng: along.map((share) => [...(points[Math.floor(share * (points.length - 1))] ?? [0, 0])]),
    altitude: along.map((share) => 200 + Math.round(60 * Math.sin(share * 40))),
    heartrate: along.map((share) => 130 + Math.round(20 * Math.sin(share * 90))),
  };
  const entries = Object.entries(data).map(([key, values]) => [key, { data: values }]);
  const streams = readStreams(Object.fromEntries(entries) as never);
  if (isProblem(streams)) throw new Error(streams.problem);
  return streams;
}

/** Milliseconds of each new activity, sorted. */
async function storeNew(store: Store, activities: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let number = activities + 1; number <= activities + newActivities; number += 1) {
    const startMs = performance.now();
    await storePage(store, [ridden(number)]);
    times.push(performance.now() - startMs);
  }
  return times.sort((one, other) => one - other);
}

async function bench(own: OwnStore, activities: number, samples: number): Promise<string> {
  const { store } = own;
  const routes = (): Promise<number> =>
    store.routes.countDocuments({ athlete_id: int64(athleteId) });
  say('Pages of the list');
  const pages = await measured(own, () => storeAll(store, activities));
  const found = await routes();
  say('Recordings');
  if (samples > 0) await storeRecordings(store, { activities, samples });
  say('Rebuilds');
  const all = await rebuilt(own, activities, '--all');
  const nothing = await rebuilt(own, activities);
  await store.routes.deleteMany({});
  await store.activities.updateMany({}, { $unset: { 'derived.route': true } });
  const lost = await rebuilt(own, activities);
  const again = await routes();
  say('New activities');
  let times: readonly number[] = [];
  const single = await measured(own, async () => {
    times = await storeNew(store, activities);
  });
  const row = (name: string, { wallMs, cpuMs, mongodMs, peakMb }: Figures, count = 1): string => {
    const unit = count === 1 ? 1_000 : count;
    const cells = [wallMs, cpuMs, mongodMs].map((ms) => (ms / unit).toFixed(1));
    return `| ${[name, ...cells, peakMb?.toFixed(0) ?? ''].join(' | ')} |\n`;
  };
  const worst = times.at(Math.floor(newActivities * 0.95))?.toFixed(1) ?? '';
  return [
    `| ${activities} activities on ${found} routes | wall time, s | CPU, s | mongod's CPU, s | peak RSS, MB |\n`,
    '|---|---|---|---|---|\n',
    row(`stored by pages of ${perPage}`, pages),
    row(`\`rebuild --all\`, with ${samples} samples each`, all),
    row('`rebuild`, nothing to do', nothing),
    row(`\`rebuild\` of all routes, which finds ${again}`, lost),
    row(`a page with one new activity, ms (95 % below ${worst})`, single, newActivities),
  ].join('');
}

const load = loadavg().map((one) => one.toFixed(1));
say(`The load is ${load.join(', ')} on ${cpus().length} cores`);
const [activities, samples] = [Number(process.argv[2] ?? 5_000), Number(process.argv[3] ?? 3_600)];
await withOwnStore(say, async (own) => {
  process.stdout.write(await bench(own, activities, samples));
});
