import { expect, it } from 'vitest';

import { systemClock } from '../../../src/clock.ts';
import type { FetchTask } from '../../../src/domain/sync/fetch-task.ts';
import { taskKey } from '../../../src/domain/sync/fetch-task.ts';
import type { TaskQuery, TaskStore } from '../../../src/sync/ports/tasks.ts';
import { refreshTasks } from '../../../src/sync/tasks/task-refresh.ts';
import { createFakeAthlete } from '../fakes/athletes.ts';
import { startMs } from '../fakes/clock.ts';
import { fakeQuota } from '../fakes/strava.ts';

const task: FetchTask = { kind: 'segment', segmentId: 7, part: 'record', tries: 0 };
const kept = { streams: false, details: false, segments: true, athlete: false };

it('a task that fails on the quota while due tasks are read is read again, and not left out', async () => {
  const athlete = createFakeAthlete();
  athlete.tasks = undefined;
  athlete.inFlight.add(taskKey(task));
  const queries: TaskQuery[] = [];
  const due: TaskStore['due'] = (query) => {
    queries.push(query);
    if (queries.length === 1) {
      athlete.inFlight.delete(taskKey(task));
      athlete.tasks = undefined;
    }
    return Promise.resolve(query.exclude.has(taskKey(task)) ? [] : [task]);
  };
  const tasks = { due, nextTryAt: () => Promise.resolve(undefined) } as unknown as TaskStore;
  await refreshTasks({ tasks, kept, quota: fakeQuota(systemClock, () => 0) }, athlete, startMs);
  expect(queries).toHaveLength(2);
  expect(athlete.tasks).toEqual([task]);
});
