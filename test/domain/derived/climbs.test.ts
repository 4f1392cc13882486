import { describe, expect, it } from 'vitest';
import type { Climb } from '../../../src/domain/derived/climbs.ts';
import { climbsOf, descentsOf, gradientMeters } from '../../../src/domain/derived/climbs.ts';
import type { ProfileStreams } from '../../../src/domain/derived/profile.ts';
import { profileOf } from '../../../src/domain/derived/profile.ts';
import { createRandom } from '../../support/faults/random.ts';

/** A way of sections, each so many metres long with a gradient in per cent, from 500 m above the sea. */
type Way = readonly (readonly [meters: number, percent: number])[];

function altitudeAt(way: Way, meters: number): number {
  let [altitude, left] = [500, meters];
  for (const [length, percent] of way) {
    const part = Math.min(left, length);
    altitude += (part * percent) / 100;
    left -= part;
  }
  return altitude;
}

/** A ride along the way at 5 m/s, with a sample a second or as many as `every` seconds. */
function ridden(way: Way, { every = 1, noise = (): number => 0 } = {}) {
  const length = way.reduce((sum, [meters]) => sum + meters, 0);
  const time = Array.from({ length: Math.floor(length / 5 / every) + 1 }, (_, i) => i * every);
  const distance = time.map((second) => second * 5);
  const altitude = distance.map((meters) => altitudeAt(way, meters) + noise());
  return { time, distance, altitude };
}

function climbs(streams: ProfileStreams): readonly Climb[] {
  const profile = profileOf(streams);
  return profile === undefined ? [] : climbsOf(profile);
}

function descents(streams: ProfileStreams): readonly Climb[] {
  const profile = profileOf(streams);
  return profile === undefined ? [] : descentsOf(profile);
}

const flat = [2_000, 0] as const;
const col: Way = [flat, [5_000, 7], flat];

describe('climbs', () => {
  it('climbs have their ends, length, gain, gradients, category and time', () => {
    const found = climbs(ridden(col));
    expect(found).toHaveLength(1);
    const [climb] = found as [Climb];
    expect(Math.abs(climb.from_m - 2_000)).toBeLessThanOrEqual(30);
    expect(Math.abs(climb.to_m - 7_000)).toBeLessThanOrEqual(30);
    expect(climb.length).toBe(climb.to_m - climb.from_m);
    expect(climb.gain).toBeCloseTo(350, 0);
    expect(climb.gradient).toBeCloseTo(7, 0);
    expect(climb.steepest).toBeCloseTo(7, 1);
    // 5,000 m at 7 % are 35,000.
    expect(climb.category).toBe(3);
    expect(climb.seconds).toBe(climb.length / 5);
    expect(climb.from_index).toBe(climb.from_m / 5);
    expect(climb.to_index).toBe(climb.to_m / 5);
  });

  it.each([
    ['none', [1_000, 6], 0],
    ['category 4', [2_000, 5], 1],
    ['category 3', [4_000, 5], 2],
    ['category 2', [8_000, 5], 3],
    ['category 1', [13_000, 5], 4],
    ['HC', [17_000, 5], 5],
  ] as const)('a climb is of %s by its length and gradient %j', (_, section, category) => {
    expect(climbs(ridden([flat, section, flat])).map((climb) => climb.category)).toEqual([
      category,
    ]);
  });

  it('a short dip and a flat bend are part of the climb, a long flat ends it', () => {
    const dip = climbs(ridden([flat, [2_000, 8], [200, -4], [100, 0], [2_000, 8], flat]));
    expect(dip.map(({ gain }) => Math.round(gain / 10))).toEqual([31]);
    const plateau = climbs(ridden([flat, [2_000, 8], [3_000, 0], [2_000, 8], flat]));
    expect(plateau.map(({ gain }) => Math.round(gain / 10))).toEqual([16, 16]);
  });

  it('a dip of a pass is part of it where it is small beside both sides', () => {
    const pass = climbs(ridden([flat, [6_000, 7], [400, -5], [6_000, 7], flat]));
    expect(pass.map(({ gain }) => Math.round(gain / 10))).toEqual([82]);
    const hills = climbs(ridden([flat, [1_000, 7], [400, -5], [6_000, 7], flat]));
    expect(hills.map(({ gain }) => Math.round(gain / 10))).toEqual([7, 42]);
  });

  it('the steepest 100 m are those of the climb', () => {
    const [climb] = climbs(ridden([flat, [1_000, 5], [300, 14], [1_000, 5], flat]));
    expect(climb?.steepest).toBeCloseTo(14, 0);
  });

  it('rises of less than 20 m, 300 m or 3 % are no climbs', () => {
    expect(climbs(ridden([flat, [400, 4], flat]))).toEqual([]);
    expect(climbs(ridden([flat, [200, 12], flat]))).toEqual([]);
    expect(climbs(ridden([flat, [10_000, 2.5], flat]))).toEqual([]);
  });

  it('descents are the climbs of the way back', () => {
    const way: Way = [flat, [3_000, 6], [1_000, -2], [2_000, -8], [1_000, 1], [1_500, 9], flat];
    const back = way.map(([meters, percent]) => [meters, -percent] as const).toReversed();
    const total = way.reduce((sum, [meters]) => sum + meters, 0);
    const turned = descents(ridden(back)).map(({ from_m, to_m, gain }) => ({
      from_m: total - to_m,
      to_m: total - from_m,
      gain,
    }));
    const there = climbs(ridden(way)).map(({ from_m, to_m, gain }) => ({ from_m, to_m, gain }));
    expect(there).toHaveLength(2);
    expect(turned.toReversed()).toEqual(there);
  });

  it('noise of a metre makes no climb and loses none', () => {
    const random = createRandom(7);
    const noise = (): number => 2 * random.next() - 1;
    expect(climbs(ridden([[30_000, 0]], { noise }))).toEqual([]);
    const exact = climbs(ridden(col));
    const noisy = climbs(ridden(col, { noise }));
    expect(noisy).toHaveLength(exact.length);
    expect(Math.abs((noisy[0]?.gain ?? 0) - (exact[0]?.gain ?? 0))).toBeLessThan(5);
  });

  it('another rate of the samples changes no climb', () => {
    const everySecond = climbs(ridden(col));
    const few = climbs(ridden(col, { every: 4 })).map((climb) => ({
      ...climb,
      from_index: climb.from_index * 4,
      to_index: climb.to_index * 4,
    }));
    for (const [index, climb] of few.entries()) {
      const { from_index = 0, to_index = 0, ...same } = everySecond[index] ?? {};
      expect(climb).toMatchObject(same);
      expect(from_index - climb.from_index).toBeLessThan(4);
      expect(to_index - climb.to_index).toBeLessThan(4);
    }
    expect(few).toHaveLength(everySecond.length);
  });

  it('a barometer that is set anew on the way climbs nothing', () => {
    const streams = ridden([[10_000, 0]]);
    const altitude = streams.altitude.map((meters, index) => (index < 900 ? meters : meters + 80));
    expect(climbs({ ...streams, altitude })).toEqual([]);
    expect(descents({ ...streams, altitude: altitude.map((meters) => -meters) })).toEqual([]);
  });

  it('a pause on a climb counts as its time', () => {
    const streams = ridden(col);
    const time = streams.time.map((second) => (second < 800 ? second : second + 600));
    const [climb] = climbs({ ...streams, time });
    expect(climb?.seconds).toBe((climb?.length ?? 0) / 5 + 600);
  });

  it('a pause at the foot or at the top of a climb does not count as its time', () => {
    const { time, distance, altitude } = ridden([[2_000, 6]]);
    const pausedAt = (at: number): ProfileStreams => ({
      time: [...time.slice(0, at + 1), ...time.slice(at).map((second) => second + 600)],
      distance: [...distance.slice(0, at + 1), ...distance.slice(at)],
      altitude: [...altitude.slice(0, at + 1), ...altitude.slice(at)],
    });
    expect(climbs(pausedAt(0))).toMatchObject([{ seconds: 400, from_index: 1, to_index: 401 }]);
    expect(climbs(pausedAt(200))).toMatchObject([{ seconds: 1_000, to_index: 401 }]);
    expect(climbs(pausedAt(400))).toMatchObject([{ seconds: 400, from_index: 0 }]);
  });

  it('twenty of more climbs with the same gain are kept', () => {
    const laps = Array.from({ length: 25 }, () => [
      [1_000, 8] as const,
      [1_000, -8] as const,
    ]).flat();
    expect(climbs(ridden(laps))).toHaveLength(20);
  });

  it('samples without a value, and a distance that stands still or goes back, are left out', () => {
    const { time, distance, altitude } = ridden(col);
    const spoilt = {
      time: time.map((second, index) => (index % 50 === 7 ? null : second)),
      distance: distance.map((meters, index) => (index % 40 === 3 ? meters - 30 : meters)),
      altitude: altitude.map((meters, index) => (index % 60 === 11 ? null : meters)),
    };
    const [climb] = climbs(spoilt);
    expect(climb?.gain).toBeCloseTo(350, -1);
    expect(climb?.from_m).toBeGreaterThan(1_900);
  });

  it.each([
    ['no altitude', { time: [0, 1], distance: [0, 5], altitude: [] }],
    ['no distance', { time: [0, 1], distance: [], altitude: [1, 2] }],
    ['one sample', { time: [0], distance: [0], altitude: [1] }],
    ['a distance that stands still', { time: [0, 1], distance: [5, 5], altitude: [1, 2] }],
    ['odd values', { time: [0, true], distance: [null, Number.NaN], altitude: [false, 2] }],
  ])('a recording with %s has no climbs', (_, streams) => {
    expect(climbs(streams)).toEqual([]);
    expect(descents(streams)).toEqual([]);
  });

  it('at most twenty climbs are kept, those with the largest gain', () => {
    const hills = Array.from({ length: 30 }, (_, hill) => [
      [500, 5 + hill / 10] as const,
      [800, -4] as const,
    ]).flat();
    const found = climbs(ridden([flat, ...hills]));
    expect(found).toHaveLength(20);
    expect(Math.min(...found.map(({ gain }) => gain))).toBeGreaterThan(25);
    expect(found.map(({ from_m }) => from_m)).toEqual(
      found.map(({ from_m }) => from_m).toSorted((one, other) => one - other),
    );
  });
});

/**
 * The rises of more than 10 m without a dip of more than 10 m, the largest first, by looking at every pair
 * of points: the tilted profile's, before small dips join them.
 */
function naiveRises(values: readonly number[], from: number, to: number): [number, number][] {
  let best: [number, number] | undefined;
  for (let low = from; low <= to; low += 1) {
    let top = values[low] ?? 0;
    for (let high = low; high <= to; high += 1) {
      const value = values[high] ?? 0;
      top = Math.max(top, value);
      if (top - value > 10) break;
      const rise = value - (values[low] ?? 0);
      const bestRise = best === undefined ? 10 : (values[best[1]] ?? 0) - (values[best[0]] ?? 0);
      if (rise > bestRise) best = [low, high];
    }
  }
  if (best === undefined) return [];
  return [...naiveRises(values, from, best[0]), best, ...naiveRises(values, best[1], to)];
}

describe('climbs of a random way', () => {
  it('climbs of a random way are what a search of all pairs of points finds', () => {
    const random = createRandom(18);
    let compared = 0;
    for (let round = 0; round < 60; round += 1) {
      // Sections so steep and long that no dip is small enough to join two rises.
      const way = Array.from({ length: 12 }, (_, section) => {
        const sign = section % 2 === 0 ? 1 : -1;
        return [300 + 400 * random.next(), sign * (5 + 8 * random.next())] as const;
      });
      const profile = profileOf(ridden(way));
      if (profile === undefined) throw new Error('The way has no profile.');
      const { altitude, step } = profile;
      const tilted = [...altitude].map((meters, point) => meters - 0.02 * point * step);
      const expected = naiveRises(tilted, 0, tilted.length - 1)
        .map(([low, high]) => ({
          from_m: Math.round(low * step),
          length: (high - low) * step,
          gain: (altitude[high] ?? 0) - (altitude[low] ?? 0),
        }))
        .filter(({ length, gain }) => length >= 300 && gain >= 20 && gain >= 0.03 * length);
      const found = climbsOf(profile);
      expect(found.map(({ from_m }) => from_m)).toEqual(expected.map(({ from_m }) => from_m));
      for (const [index, { gain }] of found.entries())
        expect(gain).toBeCloseTo(expected[index]?.gain ?? Number.NaN, 0);
      compared += found.length;
    }
    expect(compared).toBeGreaterThan(200);
  });
});

describe('gradient_meters', () => {
  it('gradient_meters has the metres of each gradient of 2 % or more', () => {
    const profile = profileOf(ridden([flat, [1_000, 5], [2_000, 9], [3_000, -6], flat]));
    const meters = new Map(
      (profile === undefined ? [] : gradientMeters(profile)).map((one) => [
        one.percent,
        one.meters,
      ]),
    );
    expect(Math.abs((meters.get(4) ?? 0) - 1_000)).toBeLessThan(80);
    expect(Math.abs((meters.get(8) ?? 0) - 2_000)).toBeLessThan(80);
    expect(Math.min(...meters.keys())).toBeGreaterThanOrEqual(2);
  });

  it('gradient_meters of whatever is steeper than 48 % are in the last step', () => {
    const profile = profileOf(
      ridden([
        [400, 0],
        [300, 90],
        [400, 0],
      ]),
    );
    const steps = profile === undefined ? [] : gradientMeters(profile);
    expect(steps.at(-1)?.percent).toBe(48);
  });
});
