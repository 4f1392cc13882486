import { describe, expect, it } from 'vitest';
import { emptyQuota } from '../../src/domain/rate-limit/quota-state.ts';
import {
  ApplicationRejectedError,
  AuthorizationNeededError,
  LeaseLostError,
  QuotaSpentError,
  StravaUnavailableError,
} from '../../src/errors.ts';
import {
  AccessTokenRejectedError,
  RateLimitedError,
  ScopeMissingError,
  StravaRecordError,
  StravaTransientError,
} from '../../src/strava-errors.ts';
import type { StravaSource } from '../../src/sync/ports/source.ts';
import { ada, ben } from './fakes/athletes.ts';
import { createFakeClock, createHold, idle, startMs, windowMs } from './fakes/clock.ts';
import { createFakeEngine } from './fakes/engine.ts';
import { someStreams, spentQuota } from './fakes/strava.ts';

type StreamsPort = StravaSource['streams'];
const opensMs = Math.ceil(startMs / windowMs) * windowMs + 2_000;
const reset = new StravaTransientError('A connection reset.');

/** Fails this often for each activity that `isMeant` names, and then succeeds. */
function failing(
  error: Error,
  times = Infinity,
  isMeant: (activityId: number) => boolean = () => true,
): StreamsPort {
  let failed = 0;
  return (_, activityId) => {
    if (!isMeant(activityId) || failed >= times) return Promise.resolve(someStreams);
    failed += 1;
    return Promise.reject(error);
  };
}

describe('a run', () => {
  it('a run waits while a request is in flight, and is done when none is', async () => {
    const hold = createHold<typeof someStreams>();
    const engine = createFakeEngine({
      pending: { [ada]: [1] },
      source: { streams: () => hold.promise },
    });
    let isDone = false;
    const run = engine.run().finally(() => (isDone = true));
    for (let wait = 0; wait < 5; wait += 1) await idle();
    expect(isDone).toBe(false);
    hold.resolve(someStreams);
    expect((await run).stats.streamsStored).toBe(1);
    expect(engine.released).toEqual([`athlete:${ada}`]);
  });

  it('a run never has more requests in flight than allowed', async () => {
    let [inFlight, most] = [0, 0];
    const streams = async () => {
      most = Math.max(most, (inFlight += 1));
      await idle();
      inFlight -= 1;
      return someStreams;
    };
    const pending = { [ada]: [1, 2, 3, 4, 5] };
    await createFakeEngine({ pending, maxInFlight: 2, source: { streams } }).run();
    expect(most).toBe(2);
  });

  it('a run waits for the quota window to end when the quota is spent', async () => {
    const engine = createFakeEngine({
      pending: { [ada]: [1] },
      quota: { known: () => spentQuota },
    });
    const waits: number[] = [];
    const waiting = ({ untilMs }: { untilMs: number }) => void waits.push(untilMs);
    await engine.run({ reporter: { progress: () => undefined, waiting } });
    expect(waits[0]).toBe(opensMs);
    expect(engine.requests).toEqual([{ name: 'streams 1', atMs: opensMs }]);
  });

  it('a run counts as busy what its requests take, and not what it waits for the quota', async () => {
    const clock = createFakeClock();
    const engine = createFakeEngine({
      ...{ clock, pending: { [ada]: [1, 2] }, maxInFlight: 1 },
      quota: { known: () => (clock.nowMs() < opensMs ? spentQuota : emptyQuota) },
      source: {
        streams: async () => {
          await clock.sleep(40_000);
          return someStreams;
        },
      },
    });
    const { stats } = await engine.run();
    expect(engine.requests[0]?.atMs).toBe(opensMs);
    expect([stats.requests, stats.busySeconds]).toEqual([2, 80]);
  });

  it('a run does not count as busy what it waits for Strava to be back', async () => {
    const streams = failing(reset, 10);
    const engine = createFakeEngine({ pending: { [ada]: [1] }, source: { streams } });
    const { stats } = await engine.run();
    expect(engine.clock.nowMs() - startMs).toBeGreaterThan(60_000);
    expect([stats.streamsStored, stats.busySeconds]).toEqual([1, 0]);
  });

  it('a run ends at once with failOnQuota when the quota is spent, and says when it opens', async () => {
    const engine = createFakeEngine({
      pending: { [ada]: [1] },
      quota: { known: () => spentQuota },
    });
    const { opensAt } = await engine.run({ failOnQuota: true });
    expect([opensAt?.getTime(), engine.clock.nowMs()]).toEqual([opensMs, startMs]);
    expect(engine.requests).toEqual([]);
  });

  it('a run lets requests in flight finish before it ends with failOnQuota', async () => {
    let quota = emptyQuota;
    const hold = createHold<typeof someStreams>();
    const engine = createFakeEngine({
      pending: { [ada]: [1, 2] },
      quota: { known: () => quota },
      source: {
        streams: () => {
          quota = spentQuota;
          return hold.promise;
        },
      },
    });
    const run = engine.run({ failOnQuota: true });
    await idle();
    hold.resolve(someStreams);
    const { stats, opensAt } = await run;
    expect([stats.streamsStored, opensAt?.getTime()]).toEqual([1, opensMs]);
  });

  it.each([
    new AuthorizationNeededError('Log in again.'),
    new AccessTokenRejectedError('401'),
    new ScopeMissingError('No scope.'),
    new LeaseLostError('Another process took over.'),
  ])('a run stops one athlete and goes on with the others after $name', async (error) => {
    const streams = failing(error, Infinity, (activityId) => activityId < 3);
    const pending = { [ada]: [1, 2], [ben]: [3, 4] };
    const engine = createFakeEngine({ pending, maxInFlight: 1, source: { streams } });
    const { stopped, stats } = await engine.run();
    expect([...stopped]).toEqual([[ada, error]]);
    expect([stats.streamsStored, engine.requests.length]).toEqual([2, 3]);
  });

  it.each([new ApplicationRejectedError('Inactive.'), new TypeError('A bug.')])(
    'a run ends for every athlete after $name, and releases their leases',
    async (error) => {
      const pending = { [ada]: [1], [ben]: [2] };
      const streams = () => idle().then(() => Promise.reject(error));
      const engine = createFakeEngine({ pending, maxInFlight: 1, source: { streams } });
      await expect(engine.run()).rejects.toBe(error);
      expect(engine.requests).toHaveLength(1);
      expect(engine.released).toEqual([`athlete:${ada}`, `athlete:${ben}`]);
    },
  );

  it.each([new QuotaSpentError(new Date(startMs)), new RateLimitedError('429')])(
    'a run makes a task due again after $name, and counts no failure',
    async (error) => {
      const source = { streams: failing(error, 1) };
      const engine = createFakeEngine({ pending: { [ada]: [1] }, source });
      const { stats } = await engine.run();
      expect([stats.streamsStored, stats.failures, engine.requests.length]).toEqual([1, 0, 2]);
      expect(engine.failures).toEqual([]);
    },
  );

  it("a run counts the tries of an activity's own failures, and parks it after five", async () => {
    const source = { streams: failing(new StravaRecordError('500')) };
    const engine = createFakeEngine({ pending: { [ada]: [1] }, source });
    expect((await engine.run()).stats.parked).toBe(1);
    expect(engine.failures.map(({ tries }) => tries)).toEqual([1, 2, 3, 4, 5]);
    expect(engine.failures.map(({ isParked }) => isParked).indexOf(true)).toBe(4);
  });

  it('a run pauses all requests after five transient failures in a row, then sends one at a time', async () => {
    const streams: StreamsPort = () =>
      engine.clock.nowMs() < startMs + 2_000 ? Promise.reject(reset) : Promise.resolve(someStreams);
    const pending = { [ada]: [1, 2, 3, 4, 5, 6, 7, 8, 9] };
    const engine = createFakeEngine({ pending, source: { streams } });
    expect((await engine.run()).stats.streamsStored).toBe(9);
    const sentMs = engine.requests.map(({ atMs }) => atMs - startMs);
    // Up to three more may be in flight when the fifth fails.
    const atOnce = sentMs.filter((ms) => ms === 0).length;
    expect(atOnce).toBeGreaterThanOrEqual(5);
    expect(atOnce).toBeLessThanOrEqual(8);
    expect(sentMs.slice(atOnce, atOnce + 2)).toEqual([1_000, 3_000]);
  });

  it('a run gives up when Strava is down for longer than the deadline', async () => {
    const source = { streams: failing(reset) };
    const engine = createFakeEngine({ pending: { [ada]: [1] }, source, deadlineMs: 30_000 });
    await expect(engine.run()).rejects.toBeInstanceOf(StravaUnavailableError);
    expect(engine.clock.nowMs() - startMs).toBeGreaterThanOrEqual(30_000);
  });

  it('a run requests nothing more once it is stopped, and lets a request in flight finish', async () => {
    const hold = createHold<typeof someStreams>();
    const stored: number[] = [];
    const engine = createFakeEngine({
      pending: { [ada]: [1, 2] },
      maxInFlight: 1,
      source: { streams: () => hold.promise },
      tasks: {
        storeStreams: (_, { activityId }) => {
          stored.push(activityId);
          return Promise.resolve(undefined);
        },
      },
    });
    const run = engine.run();
    await idle();
    engine.stop();
    hold.resolve(someStreams);
    const { isInterrupted, stats } = await run;
    expect([isInterrupted, stats.streamsStored]).toEqual([true, 1]);
    expect([stored, engine.requests.length]).toEqual([[1], 1]);
  });

  it('a run abandons a request in flight five seconds after it is stopped', async () => {
    let abandonedMs = 0;
    const streams: StreamsPort = (_, __, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          abandonedMs = engine.clock.nowMs();
          reject(reset);
        });
      });
    const engine = createFakeEngine({ pending: { [ada]: [1] }, source: { streams } });
    const run = engine.run();
    await idle();
    const stoppedMs = engine.clock.nowMs();
    engine.stop();
    await run;
    expect(abandonedMs - stoppedMs).toBe(5_000);
  });
});
