/**
 * The histories for the cookbook's questions: two simulated athletes, with the special cases that the
 * questions need (the same route twice, a recording of ten days, an edit, a deletion).
 */
import polyline from '@googlemaps/polyline-codec';
import { Long } from 'mongodb';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { JsonRecord } from '../../src/simulator/api/json-text.ts';
import type { StreamSet, StreamValue } from '../../src/simulator/world/stream-set.ts';
import type { SummaryRecord } from '../../src/simulator/world/summary.ts';
import type { Rounds, RoundsOptions } from '../support/rounds.ts';
import { dayMs } from '../support/rounds.ts';

export const ada = 1001;
export const bob = 1002;

/** One activity as Strava has it. */
export interface Truth {
  readonly id: number;
  readonly summary: SummaryRecord;
  readonly streams: StreamSet | null;
}

export interface Fixture {
  readonly simulator: Simulator;
  readonly rounds: Rounds;
  /** Ada's activities, newest first. */
  readonly truth: readonly Truth[];
  /** A recording with distance and power that is longer than an hour. */
  readonly ride: Truth;
  /** An activity with climbs that is repeated later on the same route. */
  readonly route: Truth;
  /** The id of that route. */
  readonly routeId: string;
  readonly tenDays: Truth;
  /** Before it was renamed. */
  readonly renamed: Truth;
  readonly deleted: Truth;
  /** Its streams are marked as failed. */
  readonly parked: Truth;
}

const endsAt = new Date('2026-11-20T12:00:00Z');
const samplesPerActivity = [20, 60] as const;
const athleteOf = (id: number, firstname: string, activities: number) => ({
  id,
  firstname,
  lastname: 'Example',
  activities,
  samplesPerActivity,
  endsAt,
  years: 2,
});

/** The options of `useRounds`. */
export const options: RoundsOptions = {
  seed: 11,
  athletes: [athleteOf(ada, 'Ada', 220), athleteOf(bob, 'Bob', 20)],
  config: { SYNC_ATHLETE: 'true' },
};

/** Two rounds of a real sync, a day apart. */
export async function fill(rounds: Rounds): Promise<Fixture> {
  const { simulator } = rounds;
  const { world } = simulator;
  const before = truthOf(simulator, ada);
  const flat = found(before, ({ summary, streams }) => {
    const isLong = summary.distance > 15_000 && summary.sport_type === 'Ride';
    return isLong && streams?.['latlng'] !== undefined;
  });
  const route = raise(simulator, flat);
  repeat(simulator, route, { days: 3, slower: 1.1 });
  repeat(simulator, route, { days: -40, slower: 0.97 });
  repeat(simulator, route, { days: -200, slower: 1.3 });
  repeat(simulator, backwards(route), { days: 1, slower: 0.9 });
  const run = found(before, ({ summary, streams }) => {
    const isLong = summary.distance > 5_000 && summary.sport_type === 'Run';
    return isLong && streams?.['latlng'] !== undefined;
  });
  repeat(simulator, run, { days: -30, slower: 0.95 });
  const tenDaysId = addTenDays(simulator);
  addCompany(simulator, before);
  const [renamed, deleted, parked] = [at(before, 4), at(before, 7), at(before, 12)];
  await finish(rounds);
  world.editActivity(renamed.id, { name: 'Renamed' });
  world.deleteActivity(deleted.id);
  await rounds.pass(2 * dayMs);
  await finish(rounds);
  await park(rounds, parked.id);
  const truth = truthOf(simulator, ada);
  const tenDays = found(truth, ({ id }) => id === tenDaysId);
  const ride = found(truth, ({ summary, streams }) => {
    const isLong = summary.moving_time > 4_500;
    return isLong && streams?.['watts'] !== undefined && streams['distance'] !== undefined;
  });
  const routeId = await routeOf(rounds, route.id);
  return { simulator, rounds, truth, ride, route, routeId, tenDays, renamed, deleted, parked };
}

async function routeOf({ db }: Rounds, id: number): Promise<string> {
  const stored = await db
    .collection('activities')
    .findOne({ _id: Long.fromNumber(id) }, { projection: { 'derived.route': 1 } });
  return String((stored?.['derived'] as { readonly route?: unknown } | undefined)?.route);
}

async function finish(rounds: Rounds): Promise<void> {
  const { exitCode, program } = await rounds.round();
  if (exitCode !== 0) throw new Error(`The sync ended with ${exitCode}: ${program.logged()}`);
}

function truthOf({ world }: Simulator, athleteId: number): readonly Truth[] {
  return world.activities(athleteId).map(({ id }) => ({
    id,
    summary: world.summary(id),
    streams: world.streams(id),
  }));
}

function found(truth: readonly Truth[], isIt: (one: Truth) => boolean): Truth {
  const one = truth.find(isIt);
  if (one === undefined) throw new Error('The history has no such activity: try another seed.');
  return one;
}

function at(truth: readonly Truth[], index: number): Truth {
  return truth[index] ?? found([], () => true);
}

/** The state after five failures. */
export const failure = {
  tries: 5,
  error: 'Strava answered 500.',
  next_try_at: new Date('2026-12-01T00:00:00Z'),
};

async function park({ db }: Rounds, id: number): Promise<void> {
  const streams = { state: 'parked', ...failure };
  const activities = db.collection<{ _id: Long }>('activities');
  await activities.updateOne({ _id: Long.fromNumber(id) }, { $set: { 'sync.streams': streams } });
}

/** Every third activity has calories and efforts, as details have them, and every fifth other athletes. */
function addCompany({ world }: Simulator, truth: readonly Truth[]): void {
  truth.forEach(({ id }, index) => {
    if (index % 3 === 0) {
      const segment_efforts = effortsOf(world.detail(id), index);
      world.editActivity(id, { calories: 300 + 7.5 * index, segment_efforts });
    }
    if (index % 5 === 0) world.editActivity(id, { athlete_count: 2 + (index % 4) });
  });
}

/** Some far behind the best, and some whose place the recording does not have. */
function effortsOf(detail: JsonRecord, index: number): readonly JsonRecord[] {
  const efforts = (detail['segment_efforts'] ?? []) as readonly JsonRecord[];
  return efforts.map((effort, place) => ({
    ...effort,
    elapsed_time: Number(effort['elapsed_time']) * ((index + place) % 4 === 0 ? 3 : 1),
    end_index: index % 9 === 0 ? 1_000_000 : effort['end_index'],
  }));
}

/** Over two passes: half of each 8 km rises by 6 %, half falls by as much. */
function raise({ world }: Simulator, one: Truth): Truth {
  const altitude = (one.streams?.['distance'] ?? []).map((meters) => {
    const onPass = Number(meters) % 8_000;
    return Math.round(4_000 + 0.6 * Math.min(onPass, 8_000 - onPass)) / 10;
  });
  const streams = one.streams && { ...one.streams, altitude };
  world.setStreams(one.id, streams);
  return { ...one, streams };
}

/** The same way some days later, in a share of the time. */
function repeat(
  { world }: Simulator,
  { summary, streams }: Truth,
  { days, slower }: { readonly days: number; readonly slower: number },
): void {
  const startAt = new Date(Date.parse(summary.start_date) + days * dayMs);
  const { name, sport_type, distance, total_elevation_gain, start_latlng, map } = summary;
  const taken = { moving_time: summary.moving_time, elapsed_time: summary.elapsed_time };
  const [moving_time, elapsed_time] = Object.values(taken).map((time) => Math.round(slower * time));
  const fields = { name, sport_type, distance, total_elevation_gain, start_latlng, map };
  const id = world.addActivity(ada, { ...fields, moving_time, elapsed_time }, { startAt });
  const time = (streams?.['time'] ?? []).map((second) => Math.round(slower * Number(second)));
  world.setStreams(id, streams && { ...streams, time });
}

/** Another route: the same way from its end to its start. */
function backwards({ summary, streams, ...rest }: Truth): Truth {
  const { map } = summary as unknown as { readonly map: { readonly summary_polyline: string } };
  const line = polyline.decode(map.summary_polyline, 5).reverse();
  const reversed = { ...map, summary_polyline: polyline.encode(line, 5) };
  const latlng = streams?.['latlng']?.toReversed() ?? [];
  return {
    ...rest,
    summary: { ...summary, map: reversed },
    streams: streams && { ...streams, latlng },
  };
}

const tenDaySamples = 86_400;

/** A sample each ten seconds, too much for one document. */
function addTenDays({ world }: Simulator): number {
  const startAt = new Date('2025-06-01T05:00:00Z');
  const long = { sport_type: 'Walk', name: 'Ten days', moving_time: 864_000, distance: 0 };
  const id = world.addActivity(ada, long, { startAt });
  const each = (value: (index: number) => StreamValue): readonly StreamValue[] =>
    Array.from({ length: tenDaySamples }, (_, index) => value(index));
  world.setStreams(id, {
    time: each((index) => 10 * index),
    latlng: each((index) => [47 + (index % 500) / 10_000, 13 + index / 1_000_000]),
    altitude: each((index) => 1_000.1 + (index % 100)),
    velocity_smooth: each((index) => 1.1 + (index % 7) / 10),
    heartrate: each((index) => 80 + (index % 90)),
    cadence: each((index) => 60.5 + (index % 5)),
    temp: each((index) => index % 20),
    moving: each((index) => index % 50 !== 0),
    grade_smooth: each((index) => (index % 13) / 10),
  });
  return id;
}
