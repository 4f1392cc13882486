import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { derivedFrom, type Derived } from '../../../src/domain/derived/derived.ts';
import type { Sample } from '../../../src/domain/activity/streams.ts';

type Arrays = Readonly<Record<string, readonly Sample[]>>;

function derived(arrays: Arrays): Derived {
  const [first = []] = Object.values(arrays);
  return derivedFrom({ sampleCount: first.length, arrays: new Map(Object.entries(arrays)) });
}

const everySecond = (samples: number): number[] => Array.from({ length: samples }, (_, at) => at);
const nothing = {
  version: 3,
  best_distance: [],
  best_power: [],
  best_heartrate: [],
  best_time: [],
  heartrate_seconds: [],
  cells: [],
  climbs: [],
  descents: [],
  gradient_meters: [],
};

interface Kept {
  readonly second: number;
  readonly value: number | null;
}

/** The samples that count, by the rule itself: each is later than all before. */
function keptOf(time: readonly Sample[], values: readonly Sample[]): readonly Kept[] {
  return time.flatMap((second, index) => {
    const earlier = time.slice(0, index).filter((one) => typeof one === 'number');
    if (typeof second !== 'number' || earlier.some((one) => one >= second)) return [];
    const value = values[index];
    return [{ second, value: typeof value === 'number' ? value : null }];
  });
}

/** The value of each whole second: a sample holds until the next, at most 30 seconds. */
function secondBySecond(kept: readonly Kept[]): readonly (number | null)[] {
  return kept.flatMap(({ second, value }, place) => {
    const next = kept[place + 1]?.second ?? second + 1;
    return Array.from({ length: next - second }, (_, at) => (at < 30 ? value : null));
  });
}

interface Point {
  readonly second: number;
  readonly meters: number;
}

function coveredBy(time: readonly Sample[], distance: readonly Sample[]): readonly Point[] {
  const points: Point[] = [];
  for (const { second, value } of keptOf(time, distance)) {
    if (value !== null && points.every(({ meters }) => meters <= value))
      points.push({ second, meters: value });
  }
  return points;
}

function metersAt(points: readonly Point[], second: number): number {
  const after = points.findIndex((point) => point.second >= second);
  const [to, from] = [points[after], points[after - 1]];
  if (to === undefined) return Number.NaN;
  if (from === undefined) return to.meters;
  const share = (second - from.second) / (to.second - from.second);
  return from.meters + share * (to.meters - from.meters);
}

/** Every instant at which the distance is `meters`; of a stop both ends. */
function instantsOf(points: readonly Point[], meters: number): readonly number[] {
  return points.flatMap((to, index) => {
    const from = points[index - 1];
    if (from === undefined || meters < from.meters - 1e-9 || meters > to.meters + 1e-9) return [];
    if (from.meters === to.meters) return [from.second, to.second];
    const share = (meters - from.meters) / (to.meters - from.meters);
    return [from.second + share * (to.second - from.second)];
  });
}

/** The shortest window that begins or ends on a point. */
function shortest(points: readonly Point[], rise: number): number {
  const spans = points.flatMap(({ second, meters }) => [
    ...instantsOf(points, meters + rise).map((end) => end - second),
    ...instantsOf(points, meters - rise).map((start) => second - start),
  ]);
  return Math.min(...spans);
}

/** Seconds to the next sample: usually one, sometimes a pause or a step back. */
const gap = fc.oneof(
  { weight: 6, arbitrary: fc.constant(1) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 900 }) },
  { weight: 1, arbitrary: fc.integer({ min: -5, max: 0 }) },
);
const maybe = (arbitrary: fc.Arbitrary<number>): fc.Arbitrary<number | null> =>
  fc.option(arbitrary, { freq: 8 });

interface Drawn {
  readonly time: readonly Sample[];
  readonly values: readonly Sample[];
}

/** `isSum`: the values add up, and sometimes fall back. */
function drawn(value: fc.Arbitrary<number>, isSum = false): fc.Arbitrary<Drawn> {
  const step = fc.record({ gap: maybe(gap), value: maybe(value) });
  return fc.array(step, { maxLength: 60 }).map((steps) => {
    let [second, sum] = [0, 0];
    return {
      time: steps.map((one) => (one.gap === null ? null : (second += one.gap))),
      values: steps.map((one) => {
        if (one.value === null || !isSum) return one.value;
        return (sum += one.value);
      }),
    };
  });
}

describe('best_distance', () => {
  it('best_distance interpolates the fastest time between samples', () => {
    const { best_distance } = derived({ time: [0, 100, 180, 300], distance: [0, 300, 700, 1_000] });
    expect(best_distance).toEqual([
      { meters: 400, seconds: 80 },
      { meters: 1_000, seconds: 300 },
    ]);
  });

  it('best_distance includes a distance that was covered exactly, in decimal fractions', () => {
    const distance = everySecond(4_001).map((at) => Math.round(at * 100 * 1.1) / 1_000);
    const { best_distance } = derived({ time: everySecond(4_001), distance });
    expect(best_distance).toEqual([{ meters: 400, seconds: 3_636.364 }]);
    expect(derived({ time: [0, 60], distance: [0, 399.9] }).best_distance).toEqual([]);
    expect(derived({ time: [0, 60], distance: [0.1, 400.1] }).best_distance).toHaveLength(1);
  });

  it('best_distance counts a stop within the distance, not before or after it', () => {
    const distance = [0, 0, 200, 200, 400, 400];
    expect(derived({ time: [0, 90, 150, 250, 300, 999], distance }).best_distance).toEqual([
      { meters: 400, seconds: 210 },
    ]);
  });

  it('best_distance has all distances up to 100 km', () => {
    const { best_distance } = derived({ time: [0, 10_000], distance: [0, 100_000] });
    expect(best_distance.map(({ meters }) => meters)).toEqual([
      400, 1_000, 1_609.344, 5_000, 10_000, 20_000, 21_097.5, 42_195, 100_000,
    ]);
    expect(best_distance.at(-1)?.seconds).toBe(10_000);
  });

  it('best_distance finds the shortest window of any recording', () => {
    const meters = fc.integer({ min: -20, max: 4_000 }).map((tenths) => tenths / 10);
    fc.assert(
      fc.property(drawn(meters, true), ({ time, values }) => {
        const points = coveredBy(time, values);
        const { best_distance } = derived({ time, distance: values });
        const found = new Map(best_distance.map((best) => [best.meters, best.seconds]));
        for (const rise of [400, 1_000, 1_609.344, 5_000, 10_000]) {
          const expected = shortest(points, rise);
          if (Number.isFinite(expected)) expect(found.get(rise)).toBeCloseTo(expected, 2);
          else expect(found.has(rise)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('best_time', () => {
  it.each([720, 3_600])(
    'best_time finds the longest distance within %d s, none in a shorter recording',
    (span) => {
      const meters = fc.integer({ min: -20, max: 4_000 }).map((tenths) => tenths / 10);
      fc.assert(
        fc.property(drawn(meters, true), ({ time, values }) => {
          const points = coveredBy(time, values);
          const [first, last] = [points[0]?.second ?? 0, points.at(-1)?.second ?? 0];
          const starts = Array.from(
            { length: Math.max(0, last - first - span + 1) },
            (_, at) => at,
          );
          const rises = starts.map(
            (at) => metersAt(points, first + at + span) - metersAt(points, first + at),
          );
          const { best_time } = derived({ time, distance: values });
          const best = best_time.find(({ seconds }) => seconds === span);
          if (rises.length === 0) expect(best).toBeUndefined();
          else expect(best?.meters).toBeCloseTo(Math.max(...rises), 2);
        }),
        { numRuns: 60 },
      );
    },
  );
});

describe('best_power', () => {
  it('best_power averages power over time: a sample holds until the next', () => {
    const { best_power } = derived({ time: [0, 1, 4, 5], watts: [100, 200, 400, 300] });
    expect(best_power).toEqual([
      { seconds: 1, watts: 400 },
      { seconds: 2, watts: 350 },
      { seconds: 3, watts: 300 },
      { seconds: 5, watts: 260 },
    ]);
  });

  it('best_power counts a pause as 0 W from its 30th second on', () => {
    const { best_power } = derived({ time: [0, 1, 61], watts: [300, 300, 0] });
    expect(best_power).toContainEqual({ seconds: 30, watts: 300 });
    expect(best_power).toContainEqual({ seconds: 60, watts: 155 });
  });

  it('best_power finds the highest average of any recording', () => {
    fc.assert(
      fc.property(drawn(fc.integer({ min: 0, max: 900 })), ({ time, values }) => {
        const watts = secondBySecond(keptOf(time, values)).map((one) => one ?? 0);
        const hasPower = keptOf(time, values).some(({ value }) => value !== null);
        const { best_power } = derived({ time, watts: values });
        const found = new Map(best_power.map((best) => [best.seconds, best.watts]));
        for (const seconds of [1, 3, 30, 60, 300, 720, 1_200, 3_600]) {
          const sums = watts.slice(seconds - 1).map((_, at) => {
            const window = watts.slice(at, at + seconds);
            return window.reduce((sum, one) => sum + one, 0) / seconds;
          });
          if (!hasPower || sums.length === 0) expect(found.has(seconds)).toBe(false);
          else expect(found.get(seconds)).toBeCloseTo(Math.max(...sums), 2);
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('best_heartrate', () => {
  it('best_heartrate is the highest mean of each duration, whether or not samples are on whole seconds', () => {
    fc.assert(
      fc.property(drawn(fc.integer({ min: 60, max: 200 })), ({ time, values }) => {
        const exact = derived({ time, heartrate: values }).best_heartrate;
        // A start between two seconds is read point by point.
        const shifted = time.map((second) => (typeof second === 'number' ? second + 0.25 : second));
        const between = derived({ time: shifted, heartrate: values }).best_heartrate;
        expect(between.map(({ seconds }) => seconds)).toEqual(exact.map(({ seconds }) => seconds));
        for (const [index, { bpm }] of exact.entries())
          expect(Math.abs((between[index]?.bpm ?? 0) - bpm)).toBeLessThanOrEqual(0.1001);
      }),
      { numRuns: 25 },
    );
  });

  it('best_heartrate ignores implausible heart rates, and has none without a sensor', () => {
    const time = [0, 1, 2, 3, 4, 5];
    const { best_heartrate } = derived({ time, heartrate: [150, 152, 900, 154, 0, 148] });
    expect(best_heartrate.slice(0, 2)).toEqual([
      { seconds: 1, bpm: 154 },
      { seconds: 2, bpm: 151 },
    ]);
    expect(derived({ time }).best_heartrate).toEqual([]);
  });
});

describe('heartrate_seconds', () => {
  it('heartrate_seconds counts the time in steps of five beats', () => {
    const arrays = { time: [0, 1, 2, 5, 6], heartrate: [119, 120, 124.5, 125, 119] };
    expect(derived(arrays).heartrate_seconds).toEqual([
      { bpm: 115, seconds: 2 },
      { bpm: 120, seconds: 4 },
      { bpm: 125, seconds: 1 },
    ]);
  });

  it('heartrate_seconds counts at most 30 seconds of a pause for the heart rate', () => {
    const arrays = { time: [0, 31, 1_000, 1_030], heartrate: [100, 100, 100, 100] };
    expect(derived(arrays).heartrate_seconds).toEqual([{ bpm: 100, seconds: 91 }]);
  });

  it('heartrate_seconds ignores implausible heart rates', () => {
    const arrays = { time: [0, 1, 2, 3], heartrate: [0, -5, 300, Number.POSITIVE_INFINITY] };
    expect(derived(arrays)).toEqual(nothing);
  });

  it('heartrate_seconds equals a count second by second for any recording', () => {
    fc.assert(
      fc.property(drawn(fc.integer({ min: 1, max: 299 })), ({ time, values }) => {
        const expected = new Map<number, number>();
        for (const bpm of secondBySecond(keptOf(time, values))) {
          if (bpm === null) continue;
          const step = bpm - (bpm % 5);
          expected.set(step, (expected.get(step) ?? 0) + 1);
        }
        const { heartrate_seconds } = derived({ time, heartrate: values });
        const found = heartrate_seconds.map(({ bpm, seconds }): [number, number] => [bpm, seconds]);
        expect(found).toEqual([...expected].sort(([one], [other]) => one - other));
      }),
      { numRuns: 100 },
    );
  });
});

describe('derivedFrom', () => {
  it('derivedFrom returns empty lists where there is nothing to derive', () => {
    expect(derived({})).toEqual(nothing);
    expect(derived({ moving: [true, false] })).toEqual(nothing);
    const arrays = { time: [5], distance: [1_000], watts: [null], heartrate: [null] };
    expect(derived(arrays)).toEqual(nothing);
  });

  it('derivedFrom returns maxima and cells without times', () => {
    const heartrate = [100, 180, null, 302];
    const arrays = { heartrate, watts: [0, 900, 20.5, null], lat: [1, 1], lng: [2, 2] };
    expect(derived(arrays)).toEqual({
      ...nothing,
      cells: [2 * 2 ** 36 + 182_000 * 180_001 + 91_000],
      max_heartrate: 180,
      max_watts: 900,
    });
  });

  it('derivedFrom returns finite numbers for extreme input', () => {
    const extreme = fc.array(
      fc.oneof(fc.double(), fc.constantFrom(null, true, 1e300, -1e300, 5e-324)),
      { maxLength: 8 },
    );
    const arrays = fc.record({
      time: extreme,
      distance: extreme,
      watts: extreme,
      heartrate: extreme,
    });
    fc.assert(
      fc.property(arrays, (drawnArrays) => {
        const numbers = JSON.stringify(derived(drawnArrays));
        expect(numbers).not.toContain('null');
      }),
    );
  });

  it('derivedFrom derives a recording of a day with a sample each second', () => {
    const time = everySecond(90_000);
    const arrays = {
      time,
      distance: time.map((at) => at * 3.1),
      watts: time.map((at) => at % 400),
      heartrate: time.map((at) => 100 + (at % 80)),
      lat: time.map((at) => 48 + Math.sin(at / 3_000) / 2),
      lng: time.map((at) => 16 + Math.cos(at / 1_700) / 2),
    };
    const { best_distance, best_power } = derived(arrays);
    expect(best_distance).toContainEqual({ meters: 100_000, seconds: 32_258.065 });
    expect(best_power).toContainEqual({ seconds: 300, watts: 249.5 });
  });
});
