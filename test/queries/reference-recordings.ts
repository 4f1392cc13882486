/**
 * The expected answers to the questions about samples, computed from Strava's streams by trying every
 * sample, second or pair.
 */
import { zonesOf } from '../../src/simulator/world/athlete.ts';
import type { StreamValue } from '../../src/simulator/world/stream-set.ts';
import type { Truth } from './fixture.ts';
import type { Answer } from './reference-totals.ts';
import { byKey, yearOf } from './reference-totals.ts';

interface At {
  readonly time: number;
  readonly value: number;
}

function streamOf({ streams }: Truth, key: string): readonly StreamValue[] {
  return streams?.[key] ?? [];
}

/** The samples of a stream that are numbers, with their seconds. */
function curveOf(one: Truth, key: string): readonly At[] {
  const times = streamOf(one, 'time');
  return streamOf(one, key).flatMap((value, index) =>
    typeof value === 'number' ? [{ time: Number(times[index]), value }] : [],
  );
}

/** Each sample as the question `recording` returns it. */
export function samplesOf(one: Truth): Answer {
  const latlng = streamOf(one, 'latlng').map((pair) => (Array.isArray(pair) ? pair : [null, null]));
  const keys = ['distance', 'altitude', 'velocity_smooth', 'heartrate', 'cadence', 'watts'];
  return streamOf(one, 'time').map((time, index) => ({
    time,
    lat: (latlng[index] as readonly unknown[] | undefined)?.[0] ?? null,
    lng: (latlng[index] as readonly unknown[] | undefined)?.[1] ?? null,
    ...Object.fromEntries(
      [...keys, 'temp', 'moving', 'grade_smooth'].map((key) => [
        key,
        streamOf(one, key)[index] ?? null,
      ]),
    ),
  }));
}

/** From sample to sample. */
export function bestDistanceOfOne(one: Truth, meters: number): Answer {
  const curve = curveOf(one, 'distance');
  const found = curve.flatMap((end) => {
    const behind = curve.filter(({ value }) => value <= end.value - meters);
    const from = Math.max(...behind.map(({ time }) => time));
    return behind.length === 0 ? [] : [{ from, to: end.time, seconds: end.time - from }];
  });
  return byKey(
    found,
    ({ seconds }) => seconds,
    ({ from }) => from,
  ).slice(0, 1);
}

export function bestTimeOfOne(one: Truth, seconds: number): Answer {
  const curve = curveOf(one, 'distance');
  const found = curve.flatMap((end) => {
    const within = curve.filter(({ time }) => time >= end.time - seconds && time <= end.time);
    const [first] = within;
    if (first === undefined || end.time - (curve[0]?.time ?? 0) < seconds) return [];
    return [{ from: first.time, to: end.time, meters: end.value - first.value }];
  });
  return byKey(
    found,
    ({ meters }) => -meters,
    ({ from }) => from,
  ).slice(0, 1);
}

const holdSeconds = 30;

/** The power in each second: of the sample before it, for thirty seconds. */
function wattsBySecond(one: Truth): readonly number[] {
  if (one.streams?.['watts'] === undefined) return [];
  const times = streamOf(one, 'time').map(Number);
  const watts = streamOf(one, 'watts').map((value) => Number(value ?? 0));
  const bySecond = Array.from({ length: (times.at(-1) ?? 0) + 1 }, () => 0);
  times.forEach((time, index) => {
    const next = Math.min(times[index + 1] ?? time + 1, time + holdSeconds);
    for (let second = time; second < next; second += 1) bySecond[second] = watts[index] ?? 0;
  });
  return bySecond;
}

interface Window {
  readonly from: number;
  readonly to: number;
  readonly watts: number;
}

function bestWindow(one: Truth, length: number): Window | undefined {
  const watts = wattsBySecond(one);
  let sum = 0;
  let best: Window | undefined;
  watts.forEach((value, second) => {
    sum += value - (watts[second - length] ?? 0);
    if (second < length - 1) return;
    if (best === undefined || sum / length > best.watts + 1e-9) {
      best = { from: second - length + 1, to: second, watts: sum / length };
    }
  });
  return best;
}

export function bestPowerOfOne(one: Truth, seconds: number): Answer {
  const best = bestWindow(one, seconds);
  return best === undefined ? [] : [best];
}

/** The point at which a rising line reaches a height; undefined if it never does. */
function reach(curve: readonly At[], from: keyof At, to: keyof At, height: number) {
  for (let index = 1; index < curve.length; index += 1) {
    const [before, after] = [curve[index - 1], curve[index]];
    if (before === undefined || after === undefined) continue;
    if (before[from] <= height && height <= after[from] && after[from] > before[from]) {
      const share = (height - before[from]) / (after[from] - before[from]);
      return before[to] + share * (after[to] - before[to]);
    }
  }
  return undefined;
}

/** All windows that begin or end on a sample, with straight lines between the samples. */
function windowsOf(curve: readonly At[], from: keyof At, to: keyof At, span: number) {
  return curve.flatMap((at) => {
    const later = reach(curve, from, to, at[from] + span);
    const earlier = reach(curve, from, to, at[from] - span);
    return [
      ...(later === undefined ? [] : [later - at[to]]),
      ...(earlier === undefined ? [] : [at[to] - earlier]),
    ];
  });
}

function best(windows: readonly number[], pick: (...of: number[]) => number): number | undefined {
  return windows.length === 0 ? undefined : pick(...windows);
}

const fewestSeconds = (one: Truth, meters: number): number | undefined =>
  best(windowsOf(curveOf(one, 'distance'), 'value', 'time', meters), Math.min);
const mostMeters = (one: Truth, seconds: number): number | undefined =>
  best(windowsOf(curveOf(one, 'distance'), 'time', 'value', seconds), Math.max);

type Ranked = readonly (Truth & { readonly value: number })[];

function ranked(truth: readonly Truth[], measure: (one: Truth) => number | undefined): Ranked {
  return truth.flatMap((one) => {
    const value = measure(one);
    return value === undefined ? [] : [{ ...one, value: Math.round(value * 1_000) / 1_000 }];
  });
}

function ranking(
  found: Ranked,
  { key, sign, limit }: { key: string; sign: 1 | -1; limit: number },
) {
  const sorted = byKey(
    [...found],
    ({ value }) => sign * value,
    ({ id }) => id,
  );
  return sorted.slice(0, limit).map(({ id, summary: { name, start_date_local }, value }) => ({
    ...{ _id: id, name, start_date_local },
    [key]: value,
  }));
}

const ofSport = (truth: readonly Truth[], sport: string): readonly Truth[] =>
  truth.filter(({ summary }) => summary.sport_type === sport);

export function bestDistance(
  truth: readonly Truth[],
  { sport, meters, limit }: { sport: string; meters: number; limit: number },
): Answer {
  const found = ranked(ofSport(truth, sport), (one) => fewestSeconds(one, meters));
  return ranking(found, { key: 'seconds', sign: 1, limit });
}

export function bestPower(truth: readonly Truth[], seconds: number, limit: number): Answer {
  const found = ranked(truth, (one) => bestWindow(one, seconds)?.watts);
  return ranking(found, { key: 'watts', sign: -1, limit });
}

export function bestHour(truth: readonly Truth[], sport: string, limit: number): Answer {
  const found = ranked(ofSport(truth, sport), (one) => mostMeters(one, 3_600));
  return ranking(found, { key: 'meters', sign: -1, limit });
}

/** With the formula of Cooper's test. */
export function bestTwelveMinutes(truth: readonly Truth[], sport: string, limit: number): Answer {
  const found = ranked(ofSport(truth, sport), (one) => mostMeters(one, 12 * 60));
  return ranking(found, { key: 'meters', sign: -1, limit })
    .map((one) => ({ ...one, meters: Number((one as { meters?: number }).meters) }))
    .filter(({ meters }) => meters > 504.9)
    .map((one) => ({ ...one, vo2max: (one.meters - 504.9) / 44.73 }));
}

export function progress(truth: readonly Truth[], sport: string, meters: number): Answer {
  const found = ranked(ofSport(truth, sport), (one) => fewestSeconds(one, meters));
  const years = [...Map.groupBy(found, yearOf)].map(([_id, own]) => ({
    _id,
    seconds: Math.min(...own.map(({ value }) => value)),
    activities: own.length,
  }));
  return byKey(years, ({ _id }) => _id);
}

const distances = [400, 1_000, 1_609.344, 5_000, 10_000, 20_000, 21_097.5, 42_195, 100_000];

/** The view `best_efforts`. */
export function personalBests(truth: readonly Truth[], athlete_id: number): Answer {
  const efforts = [
    ...distances.map((size) => ({
      ...{ effort: 'best_distance', size, sign: 1 },
      measure: (one: Truth) => fewestSeconds(one, size),
    })),
    ...[5, 60, 300, 1_200, 3_600].map((size) => ({
      ...{ effort: 'best_power', size, sign: -1 },
      measure: (one: Truth) => bestWindow(one, size)?.watts,
    })),
    ...[720, 3_600].map((size) => ({
      ...{ effort: 'best_time', size, sign: -1 },
      measure: (one: Truth) => mostMeters(one, size),
    })),
  ];
  const rows = [...Map.groupBy(truth, ({ summary }) => summary.sport_type)].flatMap(
    ([sport_type, own]) =>
      efforts.flatMap(({ effort, size, sign, measure }) => {
        const [one] = byKey(
          [...ranked(own, measure)],
          ({ value }) => sign * value,
          ({ id }) => id,
        );
        if (one === undefined) return [];
        const group = { athlete_id, sport_type, effort, size };
        const { name, start_date_local } = one.summary;
        const { id: activity_id, value } = one;
        return [{ _id: group, ...group, value, activity_id, name, start_date_local }];
      }),
  );
  return byKey(
    rows,
    ({ sport_type }) => sport_type,
    ({ effort }) => effort,
    ({ size }) => size,
  );
}

/** The duration of each heart rate. */
function heartSeconds(one: Truth): ReadonlyMap<number, number> {
  const times = streamOf(one, 'time').map(Number);
  const seconds = new Map<number, number>();
  streamOf(one, 'heartrate').forEach((bpm, index) => {
    const time = times[index] ?? 0;
    if (typeof bpm !== 'number') return;
    const held = Math.min((times[index + 1] ?? time + 1) - time, holdSeconds);
    seconds.set(bpm, (seconds.get(bpm) ?? 0) + held);
  });
  return seconds;
}

interface Zone {
  readonly min: number;
  readonly max: number;
}

/** With steps of `step` beats; a step belongs to the zone of its lowest beat. */
export function heartrateZones(truth: readonly Truth[], athleteId: number, step: number): Answer {
  const { zones } = zonesOf(athleteId)['heart_rate'] as unknown as { zones: readonly Zone[] };
  const rates = truth.flatMap((one) => [...heartSeconds(one)]);
  return zones.map(({ min, max }, index) => {
    const within = rates.filter(([bpm]) => {
      const lowest = Math.floor(bpm / step) * step;
      return lowest >= min && (max < 0 || lowest < max);
    });
    const seconds = within.reduce((so, [, each]) => so + each, 0);
    return { zone: index + 1, from_bpm: min, to_bpm: max, seconds };
  });
}

/** Counted second by second, in the zone with the highest start that the sample reaches. */
export function powerZones(one: Truth, athleteId: number): Answer {
  const { zones } = zonesOf(athleteId)['power'] as unknown as { zones: readonly Zone[] };
  const seconds = zones.map(() => 0);
  const times = streamOf(one, 'time').map(Number);
  streamOf(one, 'watts').forEach((watts, index) => {
    if (typeof watts !== 'number') return;
    const zone = zones.findLastIndex(({ min }) => watts >= min);
    const time = times[index] ?? 0;
    seconds[zone] =
      (seconds[zone] ?? 0) + Math.min((times[index + 1] ?? time + 1) - time, holdSeconds);
  });
  return zones.map(({ min }, index) => {
    const to_watts = zones[index + 1]?.min ?? -1;
    return { zone: index + 1, from_watts: min, to_watts, seconds: seconds[index] };
  });
}

/** Counted sample by sample. */
export function heatMap(truth: readonly Truth[], limit: number): Answer {
  const cells = new Map<string, { samples: number; ids: Set<number> }>();
  for (const one of truth) {
    for (const pair of streamOf(one, 'latlng')) {
      if (!Array.isArray(pair)) continue;
      const [lat, lng] = (pair as number[]).map((degrees) => Math.round(degrees * 1_000) / 1_000);
      const key = `${lng ?? 0} ${lat ?? 0}`;
      const cell = cells.get(key) ?? { samples: 0, ids: new Set() };
      cell.samples += 1;
      cell.ids.add(one.id);
      cells.set(key, cell);
    }
  }
  const rows = [...cells].map(([key, { samples, ids }]) => {
    const [lng = 0, lat = 0] = key.split(' ').map(Number);
    return { lng, lat, samples, activities: ids.size };
  });
  return byKey(
    rows,
    ({ samples }) => -samples,
    ({ lng }) => lng,
    ({ lat }) => lat,
  ).slice(0, limit);
}
