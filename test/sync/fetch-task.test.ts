import { describe, expect, it } from 'vitest';
import type { ActivityTask, FetchTask } from '../../src/domain/sync/fetch-task.ts';
import { taskKey } from '../../src/domain/sync/fetch-task.ts';
import { AuthorizationNeededError } from '../../src/errors.ts';
import {
  MalformedResponseError,
  NotFoundError,
  ScopeMissingError,
  StravaRecordError,
  SubscribersOnlyError,
} from '../../src/strava-errors.ts';
import type { Scope } from '../../src/sync/athletes/athlete-sync-state.ts';
import type { StravaSource } from '../../src/sync/ports/source.ts';
import { ada } from './fakes/athletes.ts';
import { idle, startMs } from './fakes/clock.ts';
import type { FakeOptions } from './fakes/engine.ts';
import { createFakeEngine } from './fakes/engine.ts';
import { createFakeLease } from './fakes/leases.ts';
import { nothingStored, streamsTask } from './fakes/stores.ts';
import { detailOf } from './fakes/strava.ts';

const minuteMs = 60_000;
const activity = (changes: Partial<ActivityTask>): ActivityTask => ({
  ...{ kind: 'activity', purpose: 'details', activityId: 5, isFresh: false, tries: 0 },
  ...changes,
});
const details = activity({});
const confirm = activity({ purpose: 'confirm' });
const event = activity({ purpose: 'event', isFresh: true });
const deletion = { ...event, isReportedDeleted: true };
const segment = { kind: 'segment', part: 'record', segmentId: 7, tries: 0 } as const;
const segmentStreams = { ...segment, part: 'streams' } as const;
const zones = { kind: 'athlete', part: 'zones', tries: 0 } as const;
const activityZones = { kind: 'activityPart', part: 'zones', activityId: 5, tries: 0 } as const;
const routes = { kind: 'athleteList', list: 'saved_routes', tries: 0 } as const;
const gear = { kind: 'gear', gearId: 'b1', tries: 0 } as const;
const oldStreams = { ...streamsTask(5), startAt: new Date(0) };

/** A source of which every call fails. */
function failing(error: Error): StravaSource {
  const fail = () => Promise.reject(error);
  return {
    ...{ listPage: fail, streams: fail, activity: fail, activityPart: fail, segment: fail },
    ...{ segmentStreams: fail, athlete: fail, athleteList: fail, gear: fail },
  };
}

async function runWith(task: FetchTask, options: FakeOptions, scope: Scope = { kind: 'default' }) {
  const kept = { details: true, segments: true, athlete: true };
  const engine = createFakeEngine({ pending: { [ada]: [] }, due: [task], kept, ...options });
  const result = await engine.run({ scopeOf: () => scope });
  return { ...engine, ...result };
}

describe('a fetch task', () => {
  it.each<[FetchTask, string]>([
    [streamsTask(5), 'streams 5'],
    [details, 'activity 5'],
    [segment, 'segment 7'],
    [segmentStreams, 'segment-streams 7'],
    [zones, 'athlete zones'],
    [gear, 'gear b1'],
  ])(
    'a fetch task makes one request, stores what came and is counted: $kind',
    async (task, name) => {
      const { requests, writes, stats } = await runWith(task, {});
      expect(requests.map((request) => request.name)).toEqual([name]);
      expect(writes).toEqual([`stored ${taskKey(task)}`]);
      expect(stats.streamsStored + stats.recordsStored).toBe(1);
    },
  );

  it('a fetch task makes sure of the lease after the request and before the write', async () => {
    const order: string[] = [];
    const assertHeld = () => Promise.resolve(void order.push('lease'));
    await runWith(gear, {
      leases: { tryAcquire: () => Promise.resolve(createFakeLease({ assertHeld })) },
      source: { gear: () => Promise.resolve({ id: String(order.push('request')) }) },
      tasks: { storeGear: () => Promise.resolve(void order.push('write')) },
    }).catch(() => undefined);
    expect(order.slice(0, 3)).toEqual(['request', 'lease', 'write']);
  });

  it.each([
    [NotFoundError, oldStreams, 'streams:5, Strava has none'],
    [NotFoundError, details, 'activity:5, Strava has none'],
    [NotFoundError, segment, 'segment:7, Strava has none'],
    [NotFoundError, gear, 'gear:b1, Strava has none'],
    [NotFoundError, activityZones, 'zones:5, Strava has none'],
    [SubscribersOnlyError, oldStreams, 'streams:5, for subscribers only'],
    [SubscribersOnlyError, details, 'activity:5, for subscribers only'],
    [SubscribersOnlyError, zones, 'athlete:zones, for subscribers only'],
    [ScopeMissingError, routes, 'list:saved_routes, the login does not allow it'],
    [NotFoundError, routes, 'list:saved_routes, Strava has none'],
    [ScopeMissingError, zones, 'athlete:zones, the login does not allow it'],
    [ScopeMissingError, segmentStreams, 'segment:7, the login does not allow it'],
  ])('a fetch task is unavailable after $name: %j', async (failure, task, written) => {
    const { writes, stats } = await runWith(task, { source: failing(new failure('No.')) });
    expect(writes).toEqual([`unavailable ${written}`]);
    expect([stats.failures, stats.withoutStreams]).toEqual([0, task.kind === 'streams' ? 1 : 0]);
  });

  it.each([
    [SubscribersOnlyError, 'for subscribers only'],
    [ScopeMissingError, 'the login does not allow it'],
  ])(
    'one rejected part ends the part for all activities, and no other task: %s',
    async (failure, reason) => {
      const other = { ...activityZones, activityId: 6 };
      const engine = createFakeEngine({
        due: [activityZones, other, gear],
        maxInFlight: 1,
        source: { activityPart: () => Promise.reject(new failure('No.')) },
      });
      await engine.run();
      expect(engine.writes).toEqual(['stored gear:b1', `closed zones, ${reason}`]);
      expect(engine.requests).toHaveLength(2);
    },
  );

  it.each([details, streamsTask(5)])(
    'a fetch task stops the athlete when the scope for activities is missing: $kind',
    async (task) => {
      const { stopped, writes } = await runWith(task, {
        source: failing(new ScopeMissingError('No.')),
      });
      expect([[...stopped.keys()], writes]).toEqual([[ada], []]);
    },
  );

  it.each([
    [StravaRecordError, segment],
    [StravaRecordError, zones],
    [MalformedResponseError, gear],
    [MalformedResponseError, streamsTask(5)],
    [StravaRecordError, details],
    [MalformedResponseError, activityZones],
  ])('a fetch task is tried five times and then parked after $name: %j', async (failure, task) => {
    const { failures, stats } = await runWith(task, { source: failing(new failure('Bad.')) });
    expect(failures.map(({ tries }) => tries)).toEqual([1, 2, 3, 4, 5]);
    expect(failures.at(-1)).toMatchObject({ key: taskKey(task), isParked: true, error: 'Bad.' });
    const streamsFailed = task.kind === 'streams' ? 5 : 0;
    expect(stats).toMatchObject({ failures: 5, parked: 1, streamsFailed });
  });

  it('a fetch task is parked for a day when the database cannot hold what came', async () => {
    const storeSegment = () => Promise.resolve('a text is too long');
    const { failures, stats } = await runWith(segment, { tasks: { storeSegment } });
    const error = 'Not stored: a text is too long.';
    const nextTryAt = new Date(startMs + 86_400_000);
    expect(failures).toEqual([{ key: 'segment:7', error, isParked: true, tries: 1, nextTryAt }]);
    expect(stats).toMatchObject({ parked: 1, failures: 1, recordsStored: 0 });
  });

  it('a fetch task of streams that do not exist yet is postponed by an hour', async () => {
    const startAt = new Date(startMs - minuteMs);
    const fresh = { ...streamsTask(5), startAt, firstSeenAt: startAt };
    const noStreams = { sampleCount: 0, arrays: new Map() };
    let requests = 0;
    const streams = () => {
      requests += 1;
      return requests === 1 ? Promise.resolve(noStreams) : Promise.reject(new NotFoundError('No.'));
    };
    const { failures, writes } = await runWith(fresh, { source: { streams } });
    expect(failures[0]).toMatchObject({ tries: 0, nextTryAt: new Date(startMs + 60 * minuteMs) });
    expect(failures.map(({ error }) => error)).toEqual(failures.map(() => undefined));
    expect(writes).toEqual(['unavailable streams:5, Strava has none']);
  });
});

describe('a request of sync --activity', () => {
  const requestedAt = new Date(startMs);
  const asked = activity({ purpose: 'request', isFresh: true, requestedAt });
  const askedStreams = { ...oldStreams, requestedAt };
  const kept = { streams: true, details: false, segments: false, athlete: false };

  it.each([
    [NotFoundError, asked, 'ended activity:5, No.', 0],
    [SubscribersOnlyError, asked, 'ended activity:5, No.', 0],
    [StravaRecordError, asked, 'ended activity:5, No.', 1],
    [MalformedResponseError, asked, 'ended activity:5, No.', 1],
    [NotFoundError, askedStreams, 'ended streams:5, done', 0],
    [SubscribersOnlyError, askedStreams, 'ended streams:5, done', 0],
    [MalformedResponseError, askedStreams, 'ended streams:5, No.', 1],
  ])(
    'a request of sync --activity ends at once after $name: %j',
    async (failure, task, written, failed) => {
      const { writes, stats } = await runWith(task, { source: failing(new failure('No.')) });
      expect([writes, stats.failures]).toEqual([[written], failed]);
    },
  );

  it('a request of sync --activity ends without a write where Strava has empty streams', async () => {
    const streams = () => Promise.resolve({ sampleCount: 0, arrays: new Map() });
    const { writes } = await runWith(askedStreams, { source: { streams } });
    expect(writes).toEqual(['ended streams:5, done']);
  });

  it('a request of sync --activity ends once its streams are stored', async () => {
    const { writes } = await runWith(askedStreams, {});
    expect(writes).toEqual(['stored streams:5', 'ended streams:5, done']);
  });

  it('a request of sync --activity awaits the streams once the activity is stored, where streams are kept', async () => {
    expect((await runWith(asked, { kept })).writes).toEqual(['awaits streams:5']);
    const without = { ...kept, streams: false };
    expect((await runWith(asked, { kept: without })).writes).toEqual(['ended activity:5, done']);
  });

  it('a request of sync --activity stops the athlete when the scope for activities is missing', async () => {
    const source = failing(new ScopeMissingError('No.'));
    const { stopped, writes } = await runWith(asked, { source });
    expect([[...stopped.keys()], writes]).toEqual([[ada], []]);
  });
});

describe('an activity that is missing from a list', () => {
  const gone = { source: failing(new NotFoundError('No.')) };
  const deletionView = () => Promise.resolve({ stored: 9, missing: 1, canSeePrivate: false });

  it('an activity that is missing from a list is deleted after a 404 of its own', async () => {
    const { writes, stats } = await runWith(confirm, {
      ...gone,
      tasks: { due: dueOnce(confirm) },
    });
    expect([writes, stats.deleted]).toEqual([['deleted activity:5'], 1]);
  });

  it('an activity that is missing from a list is kept after a 404 when the login does not show private activities', async () => {
    const changes = { deletions: { deletionView }, tasks: { due: dueOnce(confirm) } };
    const { writes } = await runWith(confirm, { ...gone, ...changes });
    expect(writes).toEqual(['unknown activity:5']);
  });

  it('an activity that is missing from a list is deleted all the same when you accept deletions', async () => {
    const changes = { deletions: { deletionView }, tasks: { due: dueOnce(confirm) } };
    const scope = { kind: 'repair', acceptsDeletions: true } as const;
    const { writes } = await runWith(confirm, { ...gone, ...changes }, scope);
    expect(writes).toEqual(['deleted activity:5']);
  });

  it('an activity that is missing from a list is unmarked when Strava shows it', async () => {
    const { writes } = await runWith(confirm, {});
    expect(writes).toContain('there activity:5');
  });
});

describe('an activity that a webhook named', () => {
  const gone = { source: failing(new NotFoundError('No.')) };

  it('an activity that a webhook named is stored with its details, and the event is settled', async () => {
    const { writes } = await runWith(event, {});
    expect(writes).toEqual(['stored activity:5', 'settled activity:5']);
  });

  it('an activity that a webhook named and that has not changed is settled as a wasted request', async () => {
    const storePage = () => Promise.resolve({ ...nothingStored, unchanged: 1 });
    const { writes } = await runWith(event, { activities: { storePage } });
    expect(writes).toEqual(['stored activity:5', 'settled activity:5, wasted']);
  });

  it.each([
    ['Strava has none', event, new NotFoundError('No.')],
    ['Strava has none to delete', deletion, new NotFoundError('No.')],
    ["it is another athlete's", event, new MalformedResponseError('Other.')],
  ])(
    'an activity that a webhook named and that is not stored costs one request where %s',
    async (_why, task, error) => {
      const { requests, writes, stats } = await runWith(
        { ...task, isStored: false },
        { source: failing(error), deletions: { isStored: () => Promise.resolve(false) } },
      );
      expect(requests).toHaveLength(1);
      expect(writes).toEqual(['settled activity:5, wasted']);
      expect(stats).toMatchObject({ deleted: 0, failures: 0, parked: 0 });
    },
  );

  it('an activity that a webhook named and that is stored is tried a minute later each time, five times, while it is not there', async () => {
    const { requests, writes } = await runWith(event, gone);
    const sentMs = requests.map(({ atMs }) => atMs - startMs);
    expect(sentMs).toEqual([0, 1, 3, 6, 10].map((minutes) => minutes * minuteMs));
    expect(writes).toEqual(['settled activity:5, wasted']);
  });

  it('an activity that a webhook named is deleted after a 404 when its deletion was reported', async () => {
    const { writes, stats } = await runWith(deletion, gone);
    expect(writes).toEqual(['deleted activity:5', 'settled activity:5']);
    expect(stats.deleted).toBe(1);
  });

  it('an activity that a webhook named is tried again when its deletion was reported and it is still there', async () => {
    const kept = { details: false };
    const { requests, failures } = await runWith(deletion, { kept });
    expect(requests).toHaveLength(5);
    expect(failures.map(({ error }) => error)).toEqual(Array(4).fill('still there'));
  });
});

describe('details', () => {
  it('details that still lack their efforts are due again in half an hour, and count as stored later', async () => {
    const record = { id: 5, start_latlng: [48, 16], elapsed_time: 60 };
    const given = detailOf(5);
    const startAt = new Date(startMs - minuteMs);
    const summary = { ...given.summary, startAt, record };
    const nextTries: (Date | undefined)[] = [];
    const { stats } = await runWith(details, {
      activities: { storePage: () => Promise.resolve(nothingStored) },
      source: { activity: () => Promise.resolve({ ...given, summary }) },
      tasks: {
        due: dueOnce(details),
        storeDetails: (_, __, { nextTryAt }) => Promise.resolve(void nextTries.push(nextTryAt)),
      },
    });
    expect(nextTries).toEqual([new Date(startMs + 30 * minuteMs)]);
    expect(stats.recordsStored).toBe(0);
  });

  it('details come before the streams of the same activity, never at the same time', async () => {
    const order: string[] = [];
    let isInFlight = false;
    const note = async <T>(name: string, value: T): Promise<T> => {
      expect(isInFlight).toBe(false);
      isInFlight = true;
      order.push(name);
      await idle();
      isInFlight = false;
      return value;
    };
    const source = {
      activity: () => note('activity', detailOf(5)),
      streams: () => note('streams', { sampleCount: 1, arrays: new Map([['time', [0]]]) }),
    };
    await runWith(event, { source, pending: { [ada]: [5] } });
    expect(order).toEqual(['activity', 'streams']);
  });
});

it('an expired login stops the athlete, and counts no failure of the task', async () => {
  const error = new AuthorizationNeededError('Log in again.');
  const { failures, stopped } = await runWith(gear, { source: failing(error) });
  expect([failures, [...stopped]]).toEqual([[], [[ada, error]]]);
});

/** Tasks that are due the first time only. */
function dueOnce(task: FetchTask) {
  let isDue = true;
  return () => {
    const due = isDue ? [task] : [];
    isDue = false;
    return Promise.resolve(due);
  };
}
