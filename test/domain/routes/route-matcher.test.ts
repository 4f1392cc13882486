import { describe, expect, it } from 'vitest';

import { createRouteMatcher } from '../../../src/domain/routes/route-matcher.ts';
import { isSameRoute } from '../../../src/domain/routes/same-route.ts';
import type { Flat } from './tracks.ts';
import { circle, pathThrough, placed, winding } from './tracks.ts';

const lines: readonly (readonly Flat[])[] = [
  winding(1),
  winding(2),
  circle(700),
  winding(1).toReversed(),
  circle(700).toReversed(),
  winding(1, 7_000),
  circle(760),
  winding(2, 4_000),
];
const moved = lines.map((line) => line.map(([x, y]): Flat => [x + 9, y - 7]));
const paths = [...lines, ...moved].map((line) => pathThrough(placed(line)));

describe('the routes that are kept in memory', () => {
  it.each([0, 400, 500_000])(
    'the oldest route that a track follows is found, with at most %i vertices kept',
    async (maxVertices) => {
      const reads: number[] = [];
      const read = (id: number) => {
        reads.push(id);
        return Promise.resolve(paths[id]);
      };
      const matcher = createRouteMatcher<number>(read, maxVertices);
      const founded: number[] = [];
      for (const [id, path] of paths.entries()) {
        const expected = founded.find((one) => isSameRoute(paths[one] ?? path, path));
        expect(await matcher.followed('Ride', path)).toBe(expected);
        expect(await matcher.followed('Run', path)).toBeUndefined();
        if (expected !== undefined) continue;
        matcher.add(id, 'Ride', path);
        founded.push(id);
      }
      expect(founded.length).toBeGreaterThan(4);
      expect(founded.length).toBeLessThanOrEqual(lines.length);
      expect(reads.length > 0).toBe(maxVertices < 500_000);
    },
  );
});
