import { describe, expect, it } from 'vitest';
import type { FetchTask } from '../../src/domain/sync/fetch-task.ts';
import { addPage, addTask, emptyStats } from '../../src/sync/run-stats.ts';
import { nothingStored } from './fakes/stores.ts';

const details: FetchTask = {
  kind: 'activity',
  purpose: 'details',
  activityId: 5,
  isFresh: false,
  tries: 0,
};

describe('the figures of a run', () => {
  it('the figures of a run count a record of the list that cannot be stored as unusable, not as parked', () => {
    const { parked, unusableRecords } = addPage(emptyStats, { ...nothingStored, parked: 1 });
    expect([parked, unusableRecords]).toEqual([0, 1]);
  });

  it('the figures of a run count an activity once where neither its record nor its details can be stored', () => {
    const page = { ...nothingStored, parked: 1 };
    const { parked, unusableRecords } = addTask(emptyStats, details, { kind: 'unstorable', page });
    expect([parked, unusableRecords]).toEqual([0, 1]);
  });

  it('the figures of a run count details as parked where only they cannot be stored', () => {
    const outcome = { kind: 'unstorable', page: nothingStored } as const;
    const { parked, unusableRecords } = addTask(emptyStats, details, outcome);
    expect([parked, unusableRecords]).toEqual([1, 0]);
  });
});
