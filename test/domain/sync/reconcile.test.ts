import { describe, expect, it } from 'vitest';
import {
  afterReconcile,
  dueReconcile,
  reconcileSince,
} from '../../../src/domain/sync/reconcile.ts';

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
  ] as const)('a reconcile after %j is due as %s', (at, kind) => {
    expect(dueReconcile(at, now.getTime(), settings)).toBe(kind);
  });

  it('a reconcile goes back for its period, never further than the sync does', () => {
    const since = (kind: 'recent' | 'full', current?: Date) =>
      reconcileSince(kind, now.getTime(), settings, current);
    expect(since('full')).toBeUndefined();
    expect(since('full', ago(400))).toEqual(ago(400));
    expect(since('recent')).toEqual(ago(60));
    expect(since('recent', ago(400))).toEqual(ago(60));
    expect(since('recent', ago(30))).toEqual(ago(30));
  });

  it('a reconcile of everything counts as one of the last weeks', () => {
    const before = { recent: ago(3), full: ago(5) };
    expect(afterReconcile(before, 'full', now)).toEqual({ recent: now, full: now });
    expect(afterReconcile(before, 'recent', now)).toEqual({ recent: now, full: ago(5) });
  });
});
