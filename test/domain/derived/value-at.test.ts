import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Position } from '../../../src/domain/derived/track.ts';

let calls = 0;
const beyond = new Set<string>();

// The worker may have loaded the modules before, with the function itself.
async function watched() {
  vi.resetModules();
  vi.doMock(import('../../../src/domain/derived/value-at.ts'), async (original) => {
    const { valueAt } = await original();
    return {
      valueAt: (values, index) => {
        calls += 1;
        const isWithin = Number.isInteger(index) && index >= 0 && index < values.length;
        if (!isWithin) beyond.add(`${index} of ${values.length}`);
        return valueAt(values, index);
      },
    };
  });
  return {
    ...(await import('../../../src/domain/bulk-export/export-streams.ts')),
    ...(await import('../../../src/domain/derived/derived.ts')),
    ...(await import('../../../src/domain/derived/simplification.ts')),
    ...(await import('../../../src/domain/routes/path.ts')),
    ...(await import('../../../src/domain/routes/route-cells.ts')),
    ...(await import('../../../src/domain/routes/same-route.ts')),
  };
}

let program: Awaited<ReturnType<typeof watched>>;
beforeAll(async () => {
  program = await watched();
});
afterAll(() => {
  vi.doUnmock('../../../src/domain/derived/value-at.ts');
  vi.resetModules();
});

/** Expects calls of valueAt for such inputs, and none beyond the ends. */
function expectCallsWithin<T>(inputs: fc.Arbitrary<T>, run: (input: T) => unknown): void {
  calls = 0;
  fc.assert(
    fc.property(inputs, (input) => {
      beyond.clear();
      run(input);
      expect([...beyond]).toEqual([]);
    }),
  );
  expect(calls).toBeGreaterThan(1_000);
}

const holes = { nil: null, freq: 10 };
const keys = ['time', 'distance', 'altitude', 'heartrate', 'watts'] as const;
const recording = fc
  .record({
    missing: fc.subarray([...keys]),
    steps: fc.array(
      fc.record({
        gap: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 90 }), fc.constant(0.5)),
        metersASecond: fc.option(fc.integer({ min: 0, max: 20 }), holes),
        altitude: fc.option(fc.integer({ min: 0, max: 900 }), holes),
        heartrate: fc.option(fc.integer({ min: 0, max: 320 }), holes),
        watts: fc.option(fc.integer({ min: 0, max: 900 }), holes),
      }),
      { maxLength: 120 },
    ),
  })
  .map(({ missing, steps }) => {
    let [time, distance] = [0, 0];
    const points = steps.map(({ gap, metersASecond, ...values }) => {
      time += gap;
      distance += gap * (metersASecond ?? 0);
      return { time, distance: metersASecond === null ? null : distance, ...values };
    });
    const present = keys.filter((key) => !missing.includes(key));
    const arrays = new Map(present.map((key) => [key, points.map((point) => point[key])]));
    return { sampleCount: points.length, arrays };
  });

it('no call of valueAt for the values that are derived from a recording is beyond the ends', () => {
  expectCallsWithin(recording, (streams) => program.derivedFrom(streams));
});

const degrees = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const track = fc.array(fc.tuple(degrees(8, 8.02), degrees(47, 47.01)), { maxLength: 60 });
const twoTracks = fc.tuple(track, degrees(-0.000_4, 0.000_4)).map(([one, north]) => ({
  one,
  other: one.map(([lng, lat]): Position => [lng, lat + north]),
}));

it('no call of valueAt for a comparison of two tracks is beyond the ends', () => {
  expectCallsWithin(twoTracks, ({ one, other }) => {
    const paths = [one, other, one.slice(0, -1), program.simplified(one)].flatMap(
      (coordinates) => program.pathOf({ type: 'LineString', coordinates }) ?? [],
    );
    for (const path of paths) {
      program.routeCells(path);
      program.cellsOfParts(path);
      for (const another of paths) program.isSameRoute(path, another);
    }
  });
});

const meters = fc.option(fc.integer({ min: 0, max: 40 }), holes);
const fileColumns = fc
  .array(fc.record({ gap: fc.integer({ min: 1, max: 9 }), covered: meters, altitude: meters }), {
    maxLength: 60,
  })
  .map((steps) => {
    let [second, distance] = [0, 0];
    const points = steps.map(({ gap, covered, altitude }) => {
      second += gap;
      distance += covered ?? 0;
      return { second, distance: covered === null ? null : distance, altitude };
    });
    return {
      timeS: points.map((point) => point.second),
      distance: points.map((point) => point.distance),
      altitude: points.map((point) => point.altitude),
    };
  });

it('no call of valueAt for the streams of an export is beyond the ends', () => {
  expectCallsWithin(fileColumns, (columns) => program.exportStreams(columns));
});
