/**
 * Shared by the tests of `export`: synced activities of every kind, and the expected tracks computed
 * from Strava's data.
 */
import { Long } from 'mongodb';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import type { GpxPoint } from '../../features/shared/recording-files/readers.ts';
import type { Scene, SceneOptions } from '../../support/scene.ts';
import { athleteId, athleteNamed } from '../../support/scene.ts';

export const otherAthleteId = 1002;
/** An integer that no double represents. */
export const exactId = 9_007_199_254_740_993n;

/** Every stream, most of them with a gap. */
const everyStream = {
  time: [0, 1, 3, 4, 64, 65],
  distance: [0, 4.2, 12.9, 17, 18, 22.5],
  latlng: [[48.2, 16.3], [48.20001, 16.3], null, [48.2001, 16.3001], [48.2002, 16.3], [48.2, 16.3]],
  altitude: [171.2, null, 172, 172.4, 173, 172],
  velocity_smooth: [0, 4.2, 4.3, 4.1, 0, 4.5],
  heartrate: [98, 101, 104, null, 110, 112],
  cadence: [0, 78, 80, 81, null, 82],
  watts: [0, 210, null, 190, 0, 250],
  temp: [-3, -3, -3, null, -2, -2],
  moving: [false, true, true, true, false, true],
} as const;

export interface ExportScene {
  readonly scene: Scene;
  /** Activities by their special property. */
  readonly ids: Readonly<
    Record<'full' | 'hostile' | 'parts' | 'indoors' | 'old' | 'manual' | 'pending', number>
  >;
}

/** Syncs an athlete with the special activities and some others, and another athlete. */
export async function openExportScene(
  openScene: (options: SceneOptions) => Promise<Scene>,
): Promise<ExportScene> {
  const athletes = [
    { ...athleteNamed('Ada', athleteId, 8), manualShare: 0 },
    athleteNamed('Bea', otherAthleteId, 2),
  ];
  const scene = await openScene({ athletes, env: { LOG_LEVEL: 'warn' } });
  const { world } = scene.simulator;
  const add = (...given: Parameters<typeof world.addActivity>) => world.addActivity(...given);
  const ids = {
    full: add(athleteId, { name: 'Everything', sport_type: 'Ride', exact: exactId }),
    hostile: add(athleteId, { name: '../../etc/passwd<&"\u0000' }),
    parts: add(athleteId, { name: 'In two parts' }),
    indoors: add(athleteId, { sport_type: 'Ride' }),
    manual: add(athleteId, { manual: true }),
    pending: add(athleteId, {}, { samples: 5 }),
    old: add(athleteId, {}, { startAt: new Date('2015-06-01T10:00:00Z'), samples: 5 }),
  };
  world.setStreams(ids.full, everyStream);
  world.setStreams(ids.hostile, everyStream);
  world.setStreams(ids.parts, everyStream);
  world.setStreams(ids.indoors, { time: [0, 1], heartrate: [90, 91] });
  world.setStreams(ids.old, {
    time: [0, 1],
    latlng: [
      [1, 2],
      [1, 3],
    ],
  });
  const { exitCode, stderr } = await scene.call('sync');
  if (exitCode !== 0) throw new Error(stderr);
  await cutInTwo(scene, ids.parts);
  await makePending(scene, ids.pending);
  scene.simulator.requests.clear();
  return { scene, ids };
}

/** Splits the streams into parts as of a large recording, the last part first. */
async function cutInTwo(scene: Scene, id: number): Promise<void> {
  const streams = scene.db.collection('streams');
  const activity_id = Long.fromNumber(id);
  const whole = await streams.findOne({ activity_id }, { projection: { _id: 0 } });
  const cut = (from: number, to: number) =>
    Object.fromEntries(
      Object.entries(whole ?? {}).map(([key, value]: [string, unknown]) => [
        key,
        Array.isArray(value) ? (value as unknown[]).slice(from, to) : value,
      ]),
    );
  await streams.deleteMany({ activity_id });
  await streams.insertMany([
    { ...cut(4, 6), part: 1, parts: 2 },
    { ...cut(0, 4), part: 0, parts: 2 },
  ]);
}

/** As after a crop: the stored parts are outdated. */
async function makePending(scene: Scene, id: number): Promise<void> {
  scene.simulator.world.setStreams(id, null);
  await scene.db
    .collection<{ _id: Long }>('activities')
    .updateOne(
      { _id: Long.fromNumber(id) },
      { $set: { 'sync.streams': { state: 'pending', tries: 0 } } },
    );
}

/** The expected track of an activity, computed from Strava's data. */
export function pointsOf({ world }: Simulator, id: number): readonly GpxPoint[] {
  const streams = world.streams(id) ?? {};
  const startMs = Date.parse(world.summary(id).start_date);
  const number = (key: string, index: number) => streams[key]?.[index] ?? undefined;
  return (streams['latlng'] ?? []).flatMap((pair, index) => {
    if (!Array.isArray(pair)) return [];
    const [lat, lon] = pair as [number, number];
    const time = new Date(startMs + 1_000 * Number(streams['time']?.[index])).toISOString();
    const point = {
      lat,
      lon,
      ele: number('altitude', index),
      time: time.replace('.000Z', 'Z'),
      power: number('watts', index),
      atemp: number('temp', index),
      hr: number('heartrate', index),
      cad: number('cadence', index),
    };
    return [asJson(point) as GpxPoint];
  });
}

/** As in JSON: without undefined values and negative zero. */
export function asJson(value: unknown): object {
  return JSON.parse(JSON.stringify(value)) as object;
}
