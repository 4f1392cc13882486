/**
 * The expected curves of power and heart rate, from what Strava has, second by second.
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

export function curve(truth: readonly Truth[], key: 'watts' | 'heartrate', without: number) {
  const digits = key === 'watts' ? 1_000 : 10;
  const held = truth
    .filter(({ id }) => id !== without)
    .flatMap((one) => {
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
