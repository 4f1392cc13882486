import { describe, expect, it } from 'vitest';
import type { FetchTask } from '../../../src/domain/sync/fetch-task.ts';
import { isFreshTask, rankOf, taskKey } from '../../../src/domain/sync/fetch-task.ts';

const recording = {
  startAt: new Date(0),
  firstSeenAt: new Date(0),
  elapsedS: 60,
  recordingHash: '',
};

describe('a fetch task', () => {
  const activity = { kind: 'activity', activityId: 7, tries: 0 } as const;
  const streams = { kind: 'streams', activityId: 7, tries: 0, ...recording } as const;
  const stats = { kind: 'athlete', part: 'stats', tries: 0 } as const;
  const requested = { isFresh: true, requestedAt: new Date(0) };
  it.each<[FetchTask, string, string, boolean]>([
    [{ ...streams, isFresh: true }, 'streams:7', 'freshStreams', true],
    [{ ...streams, isFresh: false }, 'streams:7', 'oldStreams', false],
    [{ ...activity, purpose: 'event', isFresh: true }, 'activity:7', 'event', true],
    [{ ...activity, ...requested, purpose: 'request' }, 'activity:7', 'event', true],
    [{ ...streams, ...requested }, 'streams:7', 'event', true],
    [{ ...activity, purpose: 'confirm', isFresh: false }, 'activity:7', 'upkeep', false],
    [{ ...activity, purpose: 'details', isFresh: true }, 'activity:7', 'freshDetails', true],
    [{ ...activity, purpose: 'details', isFresh: false }, 'activity:7', 'oldDetails', false],
    [{ kind: 'activityPart', part: 'zones', activityId: 7, tries: 0 }, 'zones:7', 'extra', false],
    [{ kind: 'athleteList', list: 'saved_routes', tries: 0 }, 'list:saved_routes', 'extra', false],
    [{ kind: 'segment', part: 'record', segmentId: 3, tries: 0 }, 'segment:3', 'segment', false],
    [{ kind: 'athlete', part: 'zones', tries: 0 }, 'athlete:zones', 'upkeep', false],
    [{ kind: 'athlete', part: 'stats', tries: 1 }, 'athlete:stats', 'upkeep', false],
    [{ ...stats, isFirst: true }, 'athlete:stats', 'firstStats', false],
    [{ kind: 'athlete', part: 'zones', tries: 0, isFirst: true }, 'athlete:zones', 'upkeep', false],
    [{ kind: 'gear', gearId: 'b1', tries: 0 }, 'gear:b1', 'upkeep', false],
  ])('%j has the key %s, the rank %s, and is fresh: %s', (task, key, rank, isFresh) => {
    expect([taskKey(task), rankOf(task), isFreshTask(task)]).toEqual([key, rank, isFresh]);
  });
});
