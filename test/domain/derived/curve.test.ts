import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Curve } from '../../../src/domain/derived/curve.ts';
import { windowsOf } from '../../../src/domain/derived/curve.ts';

interface Stretch {
  readonly seconds: number;
  readonly metersASecond: number;
}

const anySpeed = fc.record({
  seconds: fc.integer({ min: 1, max: 60 }),
  metersASecond: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20 })),
});
/** Efforts after rests: what a window covers changes as fast as it can, and only one window is the best. */
const effort = fc
  .record({
    rest: fc.integer({ min: 20, max: 40 }),
    seconds: fc.tuple(fc.integer({ min: 5, max: 15 }), fc.integer({ min: 5, max: 15 })),
    speeds: fc.tuple(fc.integer({ min: 8, max: 10 }), fc.integer({ min: 8, max: 10 })),
  })
  .map(({ rest, seconds: [one, other], speeds }): readonly Stretch[] => [
    { seconds: rest, metersASecond: 0 },
    { seconds: one, metersASecond: speeds[0] },
    { seconds: other, metersASecond: speeds[1] },
  ]);
const stretches: fc.Arbitrary<readonly Stretch[]> = fc.oneof(
  fc.array(anySpeed, { minLength: 1, maxLength: 30 }),
  fc.array(effort, { minLength: 1, maxLength: 8 }).map((some) => some.flat()),
);

/** The totals at each second. */
const totalsOf = stretches.map((some) => {
  const totals = [0];
  for (const { seconds, metersASecond } of some)
    for (let second = 0; second < seconds; second += 1)
      totals.push((totals.at(-1) ?? 0) + metersASecond);
  return totals;
});

const spans = fc.oneof(fc.integer({ min: 10, max: 30 }), fc.integer({ min: 1, max: 400 }));
const rises = fc.oneof(fc.integer({ min: 100, max: 250 }), fc.integer({ min: 1, max: 2_000 }));

function curveOf(totals: readonly number[], secondOf = (index: number): number => index): Curve {
  return {
    seconds: Float64Array.from(totals, (_, index) => secondOf(index)),
    totals: Float64Array.from(totals),
  };
}

function highestRise(totals: readonly number[], span: number): number | undefined {
  const rises = totals.slice(span).map((end, start) => end - (totals[start] ?? 0));
  return rises.length === 0 ? undefined : Math.max(...rises);
}

/** The distances are whole, and so are the metres of a second: each end is looked at in parts of a second. */
function fewestSeconds(totals: readonly number[], rise: number): number | undefined {
  const reachedFrom = (start: number): number => {
    const target = (totals[start] ?? 0) + rise;
    const end = totals.findIndex((total) => total >= target);
    if (end === -1) return Infinity;
    const [before, after] = [totals[end - 1] ?? 0, totals[end] ?? 0];
    return end - 1 + (target - before) / (after - before) - start;
  };
  const leftFor = (end: number): number => {
    const target = (totals[end] ?? 0) - rise;
    const start = totals.findLastIndex((total) => total <= target);
    if (start === -1) return Infinity;
    const [before, after] = [totals[start] ?? 0, totals[start + 1] ?? 0];
    return end - start - (target - before) / (after - before);
  };
  const each = totals.flatMap((_, second) => [reachedFrom(second), leftFor(second)]);
  const fewest = Math.min(...each);
  return Number.isFinite(fewest) ? fewest : undefined;
}

it('the highest rise within a span is that of a search of all windows', () => {
  fc.assert(
    fc.property(totalsOf, spans, (totals, span) => {
      expect(windowsOf(curveOf(totals)).maxWithin(span)).toBe(highestRise(totals, span));
    }),
    { numRuns: 1_000 },
  );
});

it('the fewest seconds of a rise are those of a search of all windows', () => {
  fc.assert(
    fc.property(totalsOf, rises, (totals, rise) => {
      const expected = fewestSeconds(totals, rise);
      const found = windowsOf(curveOf(totals)).minFor(rise);
      if (expected === undefined) expect(found).toBeUndefined();
      else expect(found).toBeCloseTo(expected, 4);
    }),
    { numRuns: 1_000 },
  );
});

it('a curve with a point between two seconds has the same windows as without it', () => {
  fc.assert(
    fc.property(totalsOf, fc.integer({ min: 1, max: 200 }), (totals, width) => {
      const whole = curveOf(totals);
      const [first = 0, second = 0, ...others] = totals;
      const halved = curveOf([first, (first + second) / 2, second, ...others], (index) =>
        index === 1 ? 0.5 : Math.max(0, index - 1),
      );
      const [one, other] = [windowsOf(whole), windowsOf(halved)];
      expect(other.maxWithin(width) ?? -1).toBeCloseTo(one.maxWithin(width) ?? -1, 4);
      expect(other.minFor(width) ?? -1).toBeCloseTo(one.minFor(width) ?? -1, 4);
    }),
    { numRuns: 200 },
  );
});
