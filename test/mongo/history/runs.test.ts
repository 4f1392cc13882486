import { beforeEach, describe, expect, it } from 'vitest';

import { createRunStore, type RunCounts } from '../../../src/mongo/history/runs.ts';
import { everyApplication } from '../../../src/mongo/schema/application.ts';
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
  failures: 3,
};

beforeEach(() => adapter.empty());

describe('a stored run', () => {
  it('is stored at its start, so that a killed run is visible', async () => {
    const runs = createRunStore(adapter.store, everyApplication);
    expect(await runs.last()).toBeUndefined();
    const id = await runs.start(run);
    const { startedAt: started_at, ...rest } = run;
    expect(await runs.last()).toEqual({ _id: id, ...rest, started_at });
  });

  it('has its outcome and its counts', async () => {
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
        failures: 3,
      },
    });
  });

  it('is the last one by its start, and old runs are pruned', async () => {
    const runs = createRunStore(adapter.store, everyApplication);
    const newer = await runs.start({ ...run, startedAt: endedAt });
    await runs.start(run);
    expect(await runs.last()).toMatchObject({ _id: newer });
    await runs.prune(endedAt);
    expect(await adapter.database.db.collection('runs').countDocuments()).toBe(1);
    expect(await runs.last()).toMatchObject({ _id: newer });
  });
});
