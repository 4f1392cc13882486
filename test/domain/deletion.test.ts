import { describe, expect, it } from 'vitest';
import { refuseDeletions } from '../../src/domain/deletion.ts';
import { afterReconcile, dueReconcile, reconcileSince } from '../../src/domain/reconcile.ts';
import type { DueRead } from '../../src/domain/read.ts';
import { isFreshRead, keyOfRead, rankOfRead } from '../../src/domain/read.ts';

describe('what is missing from a list', () => {
  it.each([
    [0, 0, true, undefined],
    [0, 100, false, undefined],
    [1, 100, true, undefined],
    [1, 100, false, 'scope'],
    [1, 1, true, 'all'],
    [100, 100, true, 'all'],
    [10, 11, true, undefined],
    [11, 55, true, undefined],
    [11, 54, true, 'many'],
    [21, 100, true, 'many'],
  ])(
    '%d of %d, private ones shown: %s, is refused as %s',
    (missing, stored, canSeePrivate, refusal) => {
      expect(refuseDeletions({ missing, stored, canSeePrivate })).toBe(refusal);
    },
  );
});

const dayMs = 86_400_000;
const settings = { recentIntervalMs: dayMs, recentPeriodMs: 60 * dayMs, fullIntervalMs: 7 * dayMs };
const now = new Date('2026-11-23T12:00:00Z');
const ago = (days: number): Date => new Date(now.getTime() - days * dayMs);

describe('a reconcile', () => {
  it.each([
    [{}, undefined],
    [{ recent: ago(0.5), full: ago(0.5) }, undefined],
    [{ recent: ago(1), full: ago(3) }, 'recent'],
    [{ recent: ago(0.5), full: ago(7) }, 'full'],
    [{ recent: ago(9), full: ago(9) }, 'full'],
  ] as const)('after %j is due as %s', (at, kind) => {
    expect(dueReconcile(at, now.getTime(), settings)).toBe(kind);
  });

  it('goes back for its period, never further than the sync does', () => {
    const since = (kind: 'recent' | 'full', standing?: Date) =>
      reconcileSince(kind, now.getTime(), settings, standing);
    expect(since('full')).toBeUndefined();
    expect(since('full', ago(400))).toEqual(ago(400));
    expect(since('recent')).toEqual(ago(60));
    expect(since('recent', ago(400))).toEqual(ago(60));
    expect(since('recent', ago(30))).toEqual(ago(30));
  });

  it('of everything counts as one of the last weeks', () => {
    const before = { recent: ago(3), full: ago(5) };
    expect(afterReconcile(before, 'full', now)).toEqual({ recent: now, full: now });
    expect(afterReconcile(before, 'recent', now)).toEqual({ recent: now, full: ago(5) });
  });
});

describe('a read', () => {
  const activity = { kind: 'activity', activityId: 7, tries: 0 } as const;
  it.each<[DueRead, string, string, boolean]>([
    [{ ...activity, purpose: 'hint', isFresh: true }, 'activity:7', 'hint', true],
    [{ ...activity, purpose: 'confirm', isFresh: false }, 'activity:7', 'upkeep', false],
    [{ ...activity, purpose: 'details', isFresh: true }, 'activity:7', 'freshDetails', true],
    [{ ...activity, purpose: 'details', isFresh: false }, 'activity:7', 'oldDetails', false],
    [{ kind: 'segment', part: 'record', segmentId: 3, tries: 0 }, 'segment:3', 'segment', false],
    [{ kind: 'athlete', part: 'zones', tries: 0 }, 'athlete:zones', 'upkeep', false],
    [{ kind: 'gear', gearId: 'b1', tries: 0 }, 'gear:b1', 'upkeep', false],
  ])('%j is known as %s, has the rank %s, and is fresh: %s', (read, key, rank, isFresh) => {
    expect([keyOfRead(read), rankOfRead(read), isFreshRead(read)]).toEqual([key, rank, isFresh]);
  });
});
