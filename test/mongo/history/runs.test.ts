import { beforeEach, describe, expect, it } from 'vitest';

import { createRunStore, type RunCounts } from '../../../src/mongo/history/runs.ts';
import { everyApplication } from '../../../src/mongo/schema/definitions/application.ts';
import { useAdapter } from '../adapter.ts';

const adapter = useAdapter();
const startedAt = new Date('2026-10-05T10:00:00Z');
const endedAt = new Date('2026-10-05T10:01:00Z');
const run = { reason: 'command', command: 'sync', host: 'here', pid: 7, startedAt } as const;
const counts: RunCounts = {
  requests: 9,
  added: 8,
  changed: 7,
  streamsStored: 6,
  withoutStreams: 5,
  parked: 4,
  unusableRecords: 5,
  failures: 3,
  busySeconds: 2,
};

beforeEach(() => adapter.empty());

describe('a stored run', () => {
  it('a stored run is stored at its start, so that a killed run is visible', async () => {
    const runs = createRunStore(adapter.store, everyApplication);
    expect(await runs.last()).toBeUndefined();
    const id = await runs.start(run);
    const { startedAt: started_at, ...rest } = run;
    expect(await runs.last()).toEqual({ _id: id, ...rest, started_at });
  });

  it('a stored run has its outcome and its counts', async () => {
    const runs = createRunStore(adapter.store, everyApplication);
    const id = await runs.start(run);
    await runs.end(id, { endedAt, outcome: 'failed', error: 'Strava is away', counts });
    expect(await runs.last()).toMatchObject({
      _id: id,
      ended_at: endedAt,
      outcome: 'failed',
      error: 'Strava is away',
      counts: {
        requests: 9,
        added: 8,
        changed: 7,
        streams_stored: 6,
        without_streams: 5,
        parked: 4,
        unusable_records: 5,
        failures: 3,
        busy_seconds: 2,
      },
    });
  });

  it('a stored run is the last one by its start, and old runs are pruned', async () => {
    const runs = createRunStore(adapter.store, everyApplication);
    const newer = await runs.start({ ...run, startedAt: endedAt });
    await runs.start(run);
    expect(await runs.last()).toMatchObject({ _id: newer });
    await runs.prune(endedAt);
    expect(await adapter.database.db.collection('runs').countDocuments()).toBe(1);
    expect(await runs.last()).toMatchObject({ _id: newer });
  });
});

describe('the speed of the last runs', () => {
  const end = async (minute: number, changes: Partial<RunCounts>, application = '111') => {
    const runs = createRunStore(adapter.store, application);
    const id = await runs.start({
      ...run,
      startedAt: new Date(startedAt.getTime() + minute * 60_000),
    });
    await runs.end(id, { endedAt, outcome: 'done', counts: { ...counts, ...changes } });
  };
  const speed = () => createRunStore(adapter.store, '111').requestsPerHour();

  it('the speed of the last runs is that of the fastest of the last five of the application that were long enough', async () => {
    expect(await speed()).toBeUndefined();
    await end(0, { requests: 600, busySeconds: 600 });
    await end(1, { requests: 40, busySeconds: 600 }, '222');
    await end(2, { requests: 500, busySeconds: 59 });
    expect(await speed()).toBe(3_600);
    for (const minute of [3, 4, 5, 6]) await end(minute, { requests: 100, busySeconds: 600 });
    await end(7, { requests: 2, busySeconds: 1 });
    expect(await speed()).toBe(3_600);
    await end(8, { requests: 200, busySeconds: 600 });
    expect(await speed()).toBe(1_200);
  });
});

describe('a repeated failure of runs', () => {
  const failed = { endedAt, outcome: 'failed', error: 'No key.', errorCode: 'TOKEN_KEY' } as const;

  it.each([
    ['none without runs', [], undefined],
    ['none after one failure', [failed], undefined],
    ['the last error after two failures', [failed, failed], 'TOKEN_KEY'],
    ['the last error while a third run goes on', [failed, failed, undefined], 'TOKEN_KEY'],
    ['none after a success', [failed, failed, { endedAt, outcome: 'done' as const }], undefined],
    [
      'none where a success came between',
      [failed, { endedAt, outcome: 'done' as const }, failed],
      undefined,
    ],
  ])('a repeated failure of runs is %s', async (_, ends, code) => {
    const runs = createRunStore(adapter.store, everyApplication);
    for (const [index, end] of ends.entries()) {
      const id = await runs.start({ ...run, startedAt: new Date(startedAt.getTime() + index) });
      if (end !== undefined) await runs.end(id, end);
    }
    const expected = code === undefined ? undefined : { code, message: 'No key.' };
    expect(await runs.repeatedFailure()).toEqual(expected);
  });
});
