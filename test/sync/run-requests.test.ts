import { describe, expect, it } from 'vitest';
import { nothingCovered } from '../../src/domain/sync/list-coverage.ts';
import { StravaUnavailableError } from '../../src/errors.ts';
import { StravaTransientError } from '../../src/strava-errors.ts';
import type { BackfillRequest } from '../../src/sync/ports/athletes.ts';
import { ada, ben, completeList } from './fakes/athletes.ts';
import { createHold, idle, startMs } from './fakes/clock.ts';
import { createFakeEngine } from './fakes/engine.ts';
import { streamsTask } from './fakes/stores.ts';
import { someStreams } from './fakes/strava.ts';

/** An engine with one request in flight until the test ends it. */
async function createBusyRun(changes: Parameters<typeof createFakeEngine>[0] = {}) {
  const hold = createHold<typeof someStreams>();
  const engine = createFakeEngine({
    pending: { [ada]: [1] },
    source: { streams: () => hold.promise },
    ...changes,
  });
  const run = engine.run();
  await idle();
  const names = (): readonly string[] => engine.requests.map(({ name }) => name);
  return { hold, engine, run, names };
}

describe('a run under way', () => {
  it('a run under way polls the newest page again when a poll is requested', async () => {
    const { hold, engine, run, names } = await createBusyRun();
    expect(engine.job.poll()).toBe(true);
    await idle();
    expect(names()).toEqual(['streams 1', `list ${ada}`]);
    hold.resolve(someStreams);
    await run;
  });

  it('a run under way takes in who logged in meanwhile when a poll is requested', async () => {
    const ids = [ada];
    const athleteIds = () => Promise.resolve([...ids]);
    const { hold, engine, run, names } = await createBusyRun({
      athletes: { athleteIds },
      pending: { [ada]: [1], [ben]: [2] },
    });
    ids.push(ben);
    expect(engine.job.poll()).toBe(true);
    await idle();
    expect(names()).toEqual(['streams 1', `list ${ada}`, `list ${ben}`, 'streams 2']);
    hold.resolve(someStreams);
    await run;
  });

  it('a run under way sees a new pending event as soon as it is notified', async () => {
    const { hold, engine, run, names } = await createBusyRun({
      tasks: {
        due: ({ exclude }) => {
          const isEventDue = isEventPending && !exclude.has('activity:9');
          const isLeft = !exclude.has('streams:1') && !isEventPending;
          return Promise.resolve([
            ...(isLeft ? [streamsTask(1)] : []),
            ...(isEventDue ? [event] : []),
          ]);
        },
        settleEvent: () => Promise.resolve(void (isEventPending = false)),
      },
    });
    isEventPending = true;
    expect(engine.job.notify()).toBe(true);
    await idle();
    expect(names()).toEqual(['streams 1', 'activity 9']);
    hold.resolve(someStreams);
    await run;
  });

  it('a run under way is the only one that can be polled or notified', async () => {
    const { hold, engine, run } = await createBusyRun();
    hold.resolve(someStreams);
    await run;
    const { job } = engine;
    expect([job.poll(), job.notify()]).toEqual([false, false]);
  });
});

let isEventPending = false;
const event = {
  kind: 'activity',
  purpose: 'event',
  activityId: 9,
  isFresh: true,
  tries: 0,
} as const;

describe('a suspect clock', () => {
  const down = new StravaTransientError('No response.');

  it('a suspect clock sends no request before Strava named the time', async () => {
    let checks = 0;
    const engine = createFakeEngine({
      pending: { [ada]: [1] },
      quota: {
        isClockSuspect: () => checks < 3,
        checkTime: () => {
          checks += 1;
          return checks < 3 ? Promise.reject(down) : Promise.resolve();
        },
      },
    });
    await engine.run();
    expect(engine.requests).toEqual([{ name: 'streams 1', atMs: startMs + 10_000 }]);
  });

  it('a suspect clock ends the run when Strava names no time until the deadline', async () => {
    const engine = createFakeEngine({
      pending: { [ada]: [1] },
      deadlineMs: 30_000,
      quota: { isClockSuspect: () => true, checkTime: () => Promise.reject(down) },
    });
    await expect(engine.run()).rejects.toBeInstanceOf(StravaUnavailableError);
    expect(engine.requests).toEqual([]);
  });

  it('a suspect clock ends the run at once after an error that is no fault of Strava', async () => {
    const bug = new TypeError('A bug.');
    const quota = { isClockSuspect: () => true, checkTime: () => Promise.reject(bug) };
    await expect(createFakeEngine({ quota }).run()).rejects.toBe(bug);
  });
});

describe('a backfill request', () => {
  const backfill: BackfillRequest = {
    id: 'from 2019',
    since: new Date(Date.UTC(2019, 0)),
    requestedAt: new Date(startMs),
    coverage: nothingCovered,
  };
  const state = (backfills: readonly BackfillRequest[]) => ({
    athleteId: ada,
    coverage: completeList,
    backfills,
    reconciledAt: { recent: new Date(startMs), full: new Date(startMs) },
  });

  it('a backfill request of another process is picked up by the run that holds the athlete, and completed', async () => {
    const removed: string[] = [];
    const coverages: number[] = [];
    const hold = createHold<typeof someStreams>();
    const engine = createFakeEngine({
      pending: { [ada]: [1] },
      source: { streams: () => hold.promise },
      athletes: {
        load: () => Promise.resolve(state([backfill])),
        removeBackfill: (_, id) => Promise.resolve(void removed.push(id)),
        saveBackfill: (_, { coverage }) => {
          coverages.push(coverage.spans.length);
          return Promise.resolve();
        },
      },
    });
    const run = engine.run();
    while (coverages.length === 0) await idle();
    expect(removed).toEqual([]);
    hold.resolve(someStreams);
    await run;
    expect(engine.requests.map(({ name }) => name)).toEqual(['streams 1', `list ${ada}`]);
    expect(removed).toEqual([backfill.id]);
  });

  it('a backfill request ends its run when it is complete, whatever else is due', async () => {
    const removed: string[] = [];
    const listed = { ...backfill, coverage: completeList };
    const engine = createFakeEngine({
      pending: { [ada]: [1] },
      athletes: {
        take: () => Promise.resolve(state([listed])),
        removeBackfill: (_, id) => Promise.resolve(void removed.push(id)),
      },
      tasks: { due: () => Promise.resolve([]), isComplete: () => Promise.resolve(true) },
    });
    await engine.run({ scopeOf: () => ({ kind: 'backfill', backfillId: backfill.id }) });
    expect([removed, engine.requests]).toEqual([[backfill.id], []]);
  });

  it('a backfill request stays while its streams are not all there', async () => {
    const removed: string[] = [];
    const listed = { ...backfill, coverage: completeList };
    const engine = createFakeEngine({
      athletes: {
        take: () => Promise.resolve(state([listed])),
        removeBackfill: (_, id) => Promise.resolve(void removed.push(id)),
      },
      tasks: { isComplete: () => Promise.resolve(false) },
    });
    await engine.run({ scopeOf: () => ({ kind: 'backfill', backfillId: backfill.id }) });
    expect(removed).toEqual([]);
  });
});
