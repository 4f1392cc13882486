import { describe, expect, it } from 'vitest';
import type { AthleteSyncState } from '../../../src/sync/athletes/athlete-sync-state.ts';
import {
  changeWaiting,
  pendingCountOf,
  recountPending,
} from '../../../src/sync/tasks/pending-count.ts';
import { createFakeAthlete } from '../fakes/athletes.ts';
import { createHold, startMs } from '../fakes/clock.ts';
import { streamsTask } from '../fakes/stores.ts';

/** A database in which these activities are pending, whose count is held until `answer`. */
function heldCount(pending: ReadonlySet<number>) {
  const hold = createHold();
  const countPending = async (_id: number, _range: object, except: readonly number[] = []) => {
    await hold.promise;
    return [...pending].filter((id) => !except.includes(id)).length;
  };
  return { activities: { countPending }, answer: hold.resolve };
}

function send(athlete: AthleteSyncState, id: number): void {
  changeWaiting(athlete, streamsTask(id), -1);
  athlete.inFlight.add(`streams:${id}`);
}

function settle(athlete: AthleteSyncState, id: number, outcome: 'stored' | 'failed'): void {
  athlete.inFlight.delete(`streams:${id}`);
  if (outcome === 'failed') changeWaiting(athlete, streamsTask(id), 1);
}

describe('the count of pending streams', () => {
  it('the count of pending streams holds an activity once whose streams are stored before the run knows it', async () => {
    const athlete = createFakeAthlete();
    const pending = new Set([1, 2, 3]);
    const { activities, answer } = heldCount(pending);
    send(athlete, 1);
    const counting = recountPending({ activities }, athlete, startMs);
    pending.delete(1);
    answer();
    await counting;
    expect(pendingCountOf(athlete)).toBe(3);
    settle(athlete, 1, 'stored');
    expect(pendingCountOf(athlete)).toBe(2);
  });

  it('the count of pending streams leaves out an activity that settles while the database counts', async () => {
    const athlete = createFakeAthlete();
    const { activities, answer } = heldCount(new Set([1, 2, 3]));
    send(athlete, 1);
    const counting = recountPending({ activities }, athlete, startMs);
    settle(athlete, 1, 'stored');
    answer();
    await counting;
    expect(pendingCountOf(athlete)).toBe(2);
  });

  it('the count of pending streams holds an activity once that is sent while the database counts', async () => {
    const athlete = createFakeAthlete();
    const { activities, answer } = heldCount(new Set([1, 2, 3]));
    const counting = recountPending({ activities }, athlete, startMs);
    send(athlete, 2);
    answer();
    await counting;
    expect(pendingCountOf(athlete)).toBe(3);
  });

  it('the count of pending streams holds an activity again whose request fails while the database counts', async () => {
    const athlete = createFakeAthlete();
    const { activities, answer } = heldCount(new Set([1, 2, 3]));
    send(athlete, 1);
    const counting = recountPending({ activities }, athlete, startMs);
    settle(athlete, 1, 'failed');
    answer();
    await counting;
    expect(pendingCountOf(athlete)).toBe(3);
  });
});
