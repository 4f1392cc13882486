import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Position } from '../../../src/domain/derived/track.ts';
import { minRouteMeters, pathOf } from '../../../src/domain/routes/path.ts';
import { cellsOfParts, routeCells } from '../../../src/domain/routes/route-cells.ts';
import { isSameRoute } from '../../../src/domain/routes/same-route.ts';
import type { Flat } from './tracks.ts';
import { circle, pathThrough, placed, winding } from './tracks.ts';

const places: readonly Position[] = [
  [16, 48],
  [179.98, -17],
  [-179.999, 66],
  [40, 89.9],
  [0, -89.9],
];
const seeds = fc.integer({ min: 0, max: 20 });
const place = fc.constantFrom(...places);

function isSame(one: readonly Flat[], other: readonly Flat[], at?: Position): boolean {
  return isSameRoute(pathThrough(placed(one, at)), pathThrough(placed(other, at)));
}

describe('isSameRoute', () => {
  it('finds a track the same as itself with 10 m of noise, at any place of the globe', () => {
    const shift = fc.double({ min: -7, max: 7, noNaN: true });
    const noise = fc.array(fc.tuple(shift, shift), { minLength: 50, maxLength: 50 });
    fc.assert(
      fc.property(seeds, place, noise, (seed, at, shifts) => {
        const track = winding(seed);
        const noisy = track.map(([x, y], index): Flat => {
          const [east = 0, north = 0] = shifts[index % shifts.length] ?? [];
          return [x + east, y + north];
        });
        // The projection is only flat away from the poles.
        const there: Position = [at[0], Math.max(-80, Math.min(80, at[1]))];
        expect(isSame(track, noisy, there)).toBe(true);
        expect(isSame(noisy, track, there)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('finds a track the same with points of another density', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 2, max: 8 }), (seed, every) => {
        const track = winding(seed, 8_000, 10);
        const sparse = track.filter((_, index) => index % every === 0);
        expect(isSame(track, sparse)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('tells a track from its reverse, whatever its points', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const track = winding(seed);
        expect(isSame(track, track.toReversed())).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ['a lap', circle(800)],
    ['three laps', circle(400, 3)],
    ['a straight line of two points', [[0, 0] as Flat, [9_000, 0] as Flat]],
  ])('tells %s from the same ridden backwards', (_, track) => {
    expect(isSame(track, track)).toBe(true);
    expect(isSame(track, track.toReversed())).toBe(false);
  });

  it('tells a way out and back from the way out, and from two ways out', () => {
    const out = winding(1);
    const back = [...out, ...out.toReversed()];
    expect(isSame(back, back)).toBe(true);
    expect(isSame(back, out)).toBe(false);
    expect(isSame(back, winding(1, 16_000))).toBe(false);
  });

  it('takes a lap begun within 500 m for the same, and one begun further on for another', () => {
    // 8 km round: one degree is 22 m.
    const lap = circle(1_273);
    expect(isSame(lap, circle(1_273, 1, 18))).toBe(true);
    expect(isSame(lap, circle(1_273, 1, 40))).toBe(false);
  });

  it('accepts a detour of less than 15 % of the track and no longer one', () => {
    const straight = (detour: number): Flat[] => [
      [0, 0],
      [5_000, 0],
      ...(detour > 0 ? [[5_000, 200] as Flat, [5_000 + detour, 200] as Flat] : []),
      [5_000 + detour, 0],
      [10_000, 0],
    ];
    expect(isSame(straight(0), straight(1_000))).toBe(true);
    expect(isSame(straight(0), straight(2_000))).toBe(false);
  });

  it('tells tracks 200 m apart from each other', () => {
    const track = winding(3);
    const moved = track.map(([x, y]): Flat => [x + 150, y + 150]);
    expect(isSame(track, moved)).toBe(false);
  });

  it('matches a line across the pole by the way on the ground', () => {
    const over: Position[] = [
      [10, 89.95],
      [-170, 89.95],
    ];
    const sampled: Position[] = [
      [10, 89.95],
      [10, 89.98],
      [-170, 89.999],
      [-170, 89.95],
    ];
    expect(isSameRoute(pathThrough(over), pathThrough(sampled))).toBe(true);
    expect(isSameRoute(pathThrough(over), pathThrough(sampled.toReversed()))).toBe(false);
  });

  it('follows a line of 300 km although its points are sparse', () => {
    const sparse: Position[] = [
      [16, 48],
      [20, 48],
    ];
    const path = pathThrough(sparse);
    expect(path.along.length).toBeGreaterThan(25);
    expect(isSameRoute(path, pathThrough(sparse))).toBe(true);
  });
});

describe('pathOf', () => {
  it.each([
    ['no object', undefined],
    ['no coordinates', {}],
    ['one point', { coordinates: [[16, 48]] }],
    ['no points', { coordinates: ['a', 'b'] }],
    [
      'points of texts',
      {
        coordinates: [
          ['16', '48'],
          ['17', '48'],
        ],
      },
    ],
    [
      'points off the globe',
      {
        coordinates: [
          [16, 48],
          [16, 91],
        ],
      },
    ],
    [
      'a length of some metres',
      {
        coordinates: [
          [16, 48],
          [16.001, 48],
        ],
      },
    ],
  ])('makes no path of %s', (_, track) => {
    expect(pathOf(track)).toBeUndefined();
  });

  it('measures a track in metres, and bounds its vertices', () => {
    const path = pathThrough(placed(winding(2, 100_000, 10)));
    expect(path.meters).toBeGreaterThan(minRouteMeters);
    expect(path.meters / 100_000).toBeCloseTo(1, 1);
    expect(path.along.length).toBeLessThan(2_100);
  });
});

describe('cellsOfParts', () => {
  it('each part of a track shares a cell with every route that it follows, at any place of the globe', () => {
    const shift = fc.double({ min: -20, max: 20, noNaN: true });
    fc.assert(
      fc.property(seeds, place, shift, shift, (seed, at, east, north) => {
        const track = winding(seed);
        const moved = track.map(([x, y]): Flat => [x + east, y + north]);
        const [one, other] = [track, moved].map((flat) => pathThrough(placed(flat, at)));
        if (one === undefined || other === undefined || !isSameRoute(one, other)) return;
        const cells = new Set(routeCells(one));
        expect(cellsOfParts(other).every((part) => part.some((cell) => cells.has(cell)))).toBe(
          true,
        );
      }),
      { numRuns: 100 },
    );
  });

  it('each part of a track shares a cell with a route that leaves out nearly 15 % of it', () => {
    const route = pathThrough(
      placed([
        [0, 0],
        [0, 600_000],
      ]),
    );
    const cells = new Set(routeCells(route));
    let followed = 0;
    for (let at = 0; at <= 600_000; at += 3_000) {
      const track = pathThrough(
        placed([
          [0, 0],
          [0, at],
          [52_000, at],
          [0, at],
          [0, 600_000],
        ]),
      );
      if (!isSameRoute(track, route)) continue;
      followed += 1;
      expect(cellsOfParts(track).every((part) => part.some((cell) => cells.has(cell)))).toBe(true);
    }
    expect(followed).toBeGreaterThan(50);
  });

  it('the furthest part of a track shares no cell with a route that only begins in the same place', () => {
    const north = pathThrough(
      placed([
        [0, 0],
        [0, 8_000],
      ]),
    );
    const east = pathThrough(
      placed([
        [0, 0],
        [8_000, 0],
      ]),
    );
    const cells = new Set(routeCells(north));
    expect((cellsOfParts(east)[0] ?? []).filter((cell) => cells.has(cell))).toEqual([]);
  });

  it('the cells of a route are whole numbers, one column at a pole', () => {
    const pole = pathThrough([
      [10, 89.995],
      [100, 89.99],
      [-170, 89.995],
    ]);
    expect(routeCells(pole).every(Number.isSafeInteger)).toBe(true);
    expect(new Set(routeCells(pole)).size).toBeLessThan(4);
  });
});
