import { describe, expect, it } from 'vitest';
import type { DueRead } from '../../../src/domain/sync/fetch-task.ts';
import {
  activityOfRead,
  isFreshRead,
  keyOfRead,
  rankOfRead,
} from '../../../src/domain/sync/fetch-task.ts';

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
    expect(activityOfRead(key)).toBe(read.kind === 'activity' ? read.activityId : undefined);
  });
});
