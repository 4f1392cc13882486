import { describe, expect, it } from 'vitest';
import { StravaTransientError } from '../../src/errors.ts';
import { createTaskBackoffs } from '../../src/sync/task-backoff.ts';
import { createFakeAthlete, startMs } from './fake-ports.ts';

const reset = new StravaTransientError('A connection reset.');

/** The backoff of one activity's streams, with a note of the failures that are blamed on it. */
function createBackoff() {
  const work = createFakeAthlete();
  const blamed: string[] = [];
  const count = (message: string) => {
    blamed.push(message);
    return Promise.resolve('failed' as const);
  };
  const backoff = createTaskBackoffs({ nowMs: () => startMs, random: () => 1 });
  const activity = { work, key: 'streams:5', count };
  const fail = async (times: number, what: Parameters<typeof backoff.hit>[0] = activity) => {
    for (let failed = 0; failed < times; failed += 1) await backoff.hit(what, reset);
  };
  return { work, blamed, backoff, activity, other: { work, key: 'streams:6' }, fail };
}

describe('transient failures of one task', () => {
  it('blame the activity after six in a row, while other requests succeed', async () => {
    const { backoff, blamed, other, fail } = createBackoff();
    await fail(5);
    backoff.succeeded(other);
    expect(blamed).toEqual([]);
    await fail(1);
    expect(blamed).toEqual([reset.message]);
  });

  it('blame nobody while no other request succeeds, and poll the list once to find out', async () => {
    const { work, blamed, backoff, other, fail } = createBackoff();
    backoff.succeeded(other);
    await fail(9);
    expect(blamed).toEqual([]);
    expect(work.isPollDue).toBe(true);
    work.isPollDue = false;
    await fail(1);
    expect(work.isPollDue).toBe(false);
  });

  it('are counted anew after a success of the same task', async () => {
    const { blamed, backoff, activity, other, fail } = createBackoff();
    await fail(5);
    backoff.succeeded(activity);
    backoff.succeeded(other);
    await fail(5);
    expect(blamed).toEqual([]);
  });

  it('never blame a list, which has no failures of its own', async () => {
    const { work, backoff, other, fail } = createBackoff();
    await fail(1, { work, key: 'list' });
    backoff.succeeded(other);
    await fail(8, { work, key: 'list' });
    expect(work.weather.get('list')?.count).toBe(9);
  });

  it('pause the task twice as long each time, a minute at most', async () => {
    const { work, fail } = createBackoff();
    const pausesMs: number[] = [];
    for (let failed = 0; failed < 8; failed += 1) {
      await fail(1);
      pausesMs.push((work.weather.get('streams:5')?.untilMs ?? 0) - startMs);
    }
    const seconds = [1, 2, 4, 8, 16, 32, 60, 60];
    expect(pausesMs).toEqual(seconds.map((pause) => pause * 1_000));
  });
});
