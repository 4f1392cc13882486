/**
 * The expected curves of power and heart rate, and the load, from what Strava has, second by second.
 */
import type { Truth } from './fixture.ts';

/** As the documentation has them: forty durations. */
const durations = [
  1, 2, 3, 5, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 90, 120, 150, 180, 240, 300, 360, 420, 480,
  600, 720, 900, 1200, 1500, 1800, 2400, 2700, 3600, 4500, 5400, 7200, 9000, 10_800, 14_400, 18_000,
];

/** The value in each second: of the sample before it, for thirty seconds; then 0. */
function bySecond({ streams }: Truth, key: 'watts' | 'heartrate'): Float64Array | undefined {
  const [times, values] = [streams?.['time'], streams?.[key]];
  if (times === undefined || values === undefined) return undefined;
  const held = new Float64Array(Number(times.at(-1) ?? 0) + 1);
  times.forEach((time, index) => {
    const end = Math.min(Number(times[index + 1] ?? Number(time) + 1), Number(time) + 30);
    held.fill(Number(values[index] ?? 0), Number(time), end);
  });
  return held;
}

function highestMean(held: Float64Array, seconds: number): number | undefined {
  if (held.length < seconds) return undefined;
  let sum = held.subarray(0, seconds).reduce((total, one) => total + one, 0);
  let highest = sum;
  for (let second = seconds; second < held.length; second += 1) {
    sum += (held[second] ?? 0) - (held[second - seconds] ?? 0);
    highest = Math.max(highest, sum);
  }
  return highest / seconds;
}

export function curve(truth: readonly Truth[], key: 'watts' | 'heartrate') {
  const digits = key === 'watts' ? 1_000 : 10;
  const held = truth.flatMap((one) => {
    const values = bySecond(one, key);
    return values === undefined ? [] : [{ one, values }];
  });
  return durations.flatMap((seconds) => {
    const [best] = held
      .flatMap(({ one, values }) => {
        const mean = highestMean(values, seconds);
        return mean === undefined ? [] : [{ one, mean: Math.round(mean * digits) / digits }];
      })
      .toSorted((a, b) => b.mean - a.mean || a.one.id - b.one.id);
    if (best === undefined) return [];
    const { name, start_date_local } = best.one.summary;
    const value = key === 'watts' ? { watts: best.mean } : { bpm: best.mean };
    return [{ seconds, ...value, activity_id: best.one.id, name, start_date_local }];
  });
}

const dayMs = 86_400_000;

export interface HeartrateProfile {
  readonly resting: number;
  readonly highest: number;
  readonly sex: 'male' | 'female';
}

/** Banister's TRIMP second by second, and the averages by their recurrence; the newest day first. */
export function trainingLoad(truth: readonly Truth[], { resting, highest, sex }: HeartrateProfile) {
  const [factor, exponent] = sex === 'female' ? [0.86, 1.67] : [0.64, 1.92];
  const loads = new Map<number, number>();
  for (const one of truth) {
    const day = Date.parse(`${one.summary.start_date_local.slice(0, 10)}T00:00:00Z`);
    const beats = bySecond(one, 'heartrate') ?? [];
    let load = loads.get(day) ?? 0;
    for (const bpm of beats) {
      if (bpm <= 0) continue;
      const middle = bpm - (bpm % 5) + 2.5;
      const share = (middle - resting) / (highest - resting);
      const r = Math.min(Math.max(share, 0), 1);
      load += (r * factor * Math.exp(exponent * r)) / 60;
    }
    loads.set(day, load);
  }
  let [fitness, fatigue] = [0, 0];
  const rows = [];
  for (let day = Math.min(...loads.keys()); day <= Math.max(...loads.keys()); day += dayMs) {
    const load = loads.get(day) ?? 0;
    const form = fitness - fatigue;
    fitness += (load - fitness) / 42;
    fatigue += (load - fatigue) / 7;
    rows.push({ _id: new Date(day).toISOString().slice(0, 10), load, fitness, fatigue, form });
  }
  return rows.reverse();
}
