import { describe, expect, it } from 'vitest';
import type { DueTask } from '../../../src/domain/sync/fetch-task.ts';
import {
  activityOfTask,
  isFreshTask,
  taskKey,
  rankOfTask,
} from '../../../src/domain/sync/fetch-task.ts';

describe('a read', () => {
  const activity = { kind: 'activity', activityId: 7, tries: 0 } as const;
  it.each<[DueTask, string, string, boolean]>([
    [{ ...activity, purpose: 'event', isFresh: true }, 'activity:7', 'event', true],
    [{ ...activity, purpose: 'confirm', isFresh: false }, 'activity:7', 'upkeep', false],
    [{ ...activity, purpose: 'details', isFresh: true }, 'activity:7', 'freshDetails', true],
    [{ ...activity, purpose: 'details', isFresh: false }, 'activity:7', 'oldDetails', false],
    [{ kind: 'segment', part: 'record', segmentId: 3, tries: 0 }, 'segment:3', 'segment', false],
    [{ kind: 'athlete', part: 'zones', tries: 0 }, 'athlete:zones', 'upkeep', false],
    [{ kind: 'gear', gearId: 'b1', tries: 0 }, 'gear:b1', 'upkeep', false],
  ])('%j is known as %s, has the rank %s, and is fresh: %s', (read, key, rank, isFresh) => {
    expect([taskKey(read), rankOfTask(read), isFreshTask(read)]).toEqual([key, rank, isFresh]);
    expect(activityOfTask(key)).toBe(read.kind === 'activity' ? read.activityId : undefined);
  });
});
