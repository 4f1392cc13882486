import { expect, it } from 'vitest';

import type { FetchTask } from '../../src/domain/sync/fetch-task.ts';
import type { Scope } from '../../src/sync/athletes/athlete-sync-state.ts';
import { pickUp } from '../../src/sync/backfills.ts';
import type { AthleteStore } from '../../src/sync/ports/athletes.ts';
import type { TaskStore } from '../../src/sync/ports/tasks.ts';
import { createFakeAthlete } from './fakes/athletes.ts';
import { startMs } from './fakes/clock.ts';

const athleteId = 1001;
const segment: FetchTask = { kind: 'segment', segmentId: 7, part: 'record', tries: 0 };
const requestedAt = new Date(startMs);
const one = { kind: 'activity', purpose: 'request', activityId: 7 } as const;
const requested: FetchTask = { ...one, isFresh: true, tries: 0, requestedAt };

/** The athlete after an event or a request of its own became due. */
async function pickedUp(tasks: readonly FetchTask[], scope: Scope = { kind: 'default' }) {
  const athlete = { ...createFakeAthlete(athleteId), tasks, scope };
  const store = { withDueEvents: (ids: readonly number[]) => Promise.resolve(ids) };
  const athletes = { withRequests: () => Promise.resolve([]) };
  await pickUp(
    { tasks: store as unknown as TaskStore, athletes: athletes as unknown as AthleteStore },
    [athlete],
    startMs,
  );
  return athlete;
}

it('a run reads the due tasks again when an event or a request for one activity is due', async () => {
  expect((await pickedUp([segment])).tasks).toBeUndefined();
});

it('a run that has read an event or a request goes on with it', async () => {
  expect((await pickedUp([requested])).tasks).toEqual([requested]);
});

it('a run for one activity leaves events and other requests alone', async () => {
  const scope = { kind: 'activity', activityId: 7 } as const;
  expect((await pickedUp([segment], scope)).tasks).toEqual([segment]);
});
