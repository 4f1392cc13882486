import { describe, expect, it } from 'vitest';
import { createTaskBackoffs } from '../../../src/sync/tasks/task-backoff.ts';
import { createFakeAthlete } from '../fakes/athletes.ts';
import { startMs } from '../fakes/clock.ts';

const [task, other] = ['streams:5', 'streams:6'];

/** The backoff of an athlete's tasks, with a note of the keys that are blamed. */
function createBackoff() {
  const athlete = createFakeAthlete();
  const blamed: string[] = [];
  const backoffs = createTaskBackoffs({ nowMs: () => startMs, random: () => 1 });
  const fail = (times: number, key = task) => {
    for (let failed = 0; failed < times; failed += 1)
      if (backoffs.recordFailure(athlete, key)) blamed.push(key);
  };
  const succeed = (key: string) => {
    backoffs.recordSuccess(athlete, key);
  };
  return { athlete, blamed, fail, succeed };
}

describe('transient failures of one task', () => {
  it('transient failures of one task blame the task after six in a row, while other requests succeed', () => {
    const { blamed, fail, succeed } = createBackoff();
    fail(5);
    succeed(other);
    expect(blamed).toEqual([]);
    fail(1);
    expect(blamed).toEqual([task]);
  });

  it('transient failures of one task blame nobody while no other request succeeds, and poll the list once to find out', () => {
    const { athlete, blamed, fail, succeed } = createBackoff();
    succeed(other);
    fail(9);
    expect(blamed).toEqual([]);
    expect(athlete.isPollDue).toBe(true);
    athlete.isPollDue = false;
    fail(1);
    expect(athlete.isPollDue).toBe(false);
  });

  it('transient failures of one task are counted anew after a success of the same task', () => {
    const { blamed, fail, succeed } = createBackoff();
    fail(5);
    succeed(task);
    succeed(other);
    fail(5);
    expect(blamed).toEqual([]);
  });

  it('transient failures of one task never blame a list, which has no failures of its own', () => {
    const { athlete, fail, succeed } = createBackoff();
    fail(1, 'list');
    succeed(other);
    fail(8, 'list');
    expect(athlete.backoffs.get('list')?.failures).toBe(9);
  });

  it('transient failures of one task pause the task twice as long each time, a minute at most', () => {
    const { athlete, fail } = createBackoff();
    const pausesMs: number[] = [];
    for (let failed = 0; failed < 8; failed += 1) {
      fail(1);
      pausesMs.push((athlete.backoffs.get(task)?.untilMs ?? 0) - startMs);
    }
    const seconds = [1, 2, 4, 8, 16, 32, 60, 60];
    expect(pausesMs).toEqual(seconds.map((pause) => pause * 1_000));
  });

  it('transient failures of one task forget the tasks read ahead, so that the next refresh leaves the task out', () => {
    const { athlete, fail } = createBackoff();
    fail(1);
    expect(athlete.tasks).toBeUndefined();
  });
});
