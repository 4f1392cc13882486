import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Activity, ListStep, ListWorld } from './list-world.ts';
import { beginsS, paginate } from './list-world.ts';

interface Oddities {
  readonly startS: fc.Arbitrary<number>;
  readonly isVisible: fc.Arbitrary<boolean>;
  readonly isUsable: fc.Arbitrary<boolean>;
  readonly mostUploads: number;
  readonly mostDeletions: number;
}

const often = fc.integer({ min: 0, max: 9 }).map((value) => value > 0);

/** Few different starts, so that many share one. */
const crowded = fc.oneof(
  fc.integer({ min: 9_000, max: 9_008 }),
  fc.integer({ min: 0, max: 3 }),
  fc.integer({ min: beginsS - 50, max: beginsS + 50 }),
);

const oddest: Oddities = {
  startS: crowded,
  isVisible: fc.oneof(often, fc.boolean()),
  isUsable: often,
  mostUploads: 0,
  mostDeletions: 0,
};

function hasDistinctStarts({ activities, steps }: ListWorld): boolean {
  const starts = [...activities, ...steps.flatMap(({ uploads }) => uploads)];
  return new Set(starts.map(({ startS }) => startS)).size === starts.length;
}

function worlds(odd: Oddities): fc.Arbitrary<ListWorld> {
  const kind = { startS: odd.startS, isVisible: odd.isVisible, isUsable: odd.isUsable };
  const step: fc.Arbitrary<ListStep> = fc.record({
    uploads: fc.array(fc.record(kind), { maxLength: odd.mostUploads }),
    deletions: fc.array(fc.nat({ max: 40 }), { maxLength: odd.mostDeletions }),
    isPoll: fc.integer({ min: 0, max: 3 }).map((value) => value === 0),
  });
  const goal = fc.oneof(
    fc.constant({ sinceS: 0 }),
    fc.record({ sinceS: odd.startS }),
    fc
      .tuple(odd.startS, odd.startS)
      .map(([one, other]) => ({ sinceS: Math.min(one, other), untilS: Math.max(one, other) })),
    fc.record({ sinceS: fc.integer({ min: -10_000, max: 0 }) }),
  );
  return fc.record({
    pageSize: fc.integer({ min: 2, max: 6 }),
    goal,
    activities: fc
      .array(fc.record(kind), { maxLength: 40 })
      .map((all) =>
        all.map((one, id): Activity => ({ ...one, id, startS: Math.min(beginsS, one.startS) })),
      ),
    steps: fc.array(step, { maxLength: 40 }),
    isShuffled: fc.boolean(),
    isPolled: fc.boolean(),
  });
}

function expectWhole(world: ListWorld): void {
  const { missed, requests } = paginate(world);
  expect(missed).toEqual([]);
  const uploads = world.steps.reduce((sum, { uploads }) => sum + uploads.length, 0);
  const count = world.activities.length + uploads;
  expect(requests).toBeLessThan(20 + 6 * count);
}

describe('the pagination of a list that changes meanwhile', () => {
  it('the pagination of a list that changes meanwhile misses nothing and ends, whatever is uploaded between two pages', () => {
    fc.assert(fc.property(worlds({ ...oddest, mostUploads: 2 }), expectWhole), { numRuns: 3_000 });
  });

  it('the pagination of a list that changes meanwhile misses nothing that stays and ends, whatever is deleted between two pages', () => {
    fc.assert(fc.property(worlds({ ...oddest, mostDeletions: 2 }), expectWhole), {
      numRuns: 3_000,
    });
  });

  it('the pagination of a list that changes meanwhile stands both at once, where no page is all of one start or invisible', () => {
    const distinct: Oddities = {
      startS: fc.integer({ min: 0, max: beginsS }),
      isVisible: fc.constant(true),
      isUsable: fc.constant(true),
      mostUploads: 2,
      mostDeletions: 2,
    };
    const property = fc.property(worlds(distinct), (world) => {
      fc.pre(hasDistinctStarts(world));
      expectWhole(world);
    });
    fc.assert(property, { numRuns: 3_000 });
  });
});
