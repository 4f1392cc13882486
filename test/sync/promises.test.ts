import { describe, expect, it } from 'vitest';
import {
  type ListCoverage as ListCoverage,
  nothingCovered,
} from '../../src/domain/sync/list-coverage.ts';
import { MongoUnavailableError } from '../../src/errors.ts';
import type { PageResult } from '../../src/sync/ports/activities.ts';
import { ada, ben } from './fakes/athletes.ts';
import { createHold, idle, startMs } from './fakes/clock.ts';
import { createFakeEngine } from './fakes/engine.ts';
import { recordOf, someStreams } from './fakes/strava.ts';

const stored = { added: 1, changed: 0, unchanged: 0, withoutStreams: 0, parked: 0 };
const nowS = startMs / 1_000;
const pages = [
  ['first', nothingCovered],
  ['next', { spans: [{ fromS: nowS - 86_400, toS: nowS }] }],
] as const;

/** An engine whose store of a page is held open, with a note of when coverage is saved. */
function createHeldPage(coverage: ListCoverage) {
  const hold = createHold<PageResult>();
  const saves: string[] = [];
  const record = recordOf(5, new Date(startMs - 2 * 86_400_000));
  const engine = createFakeEngine({
    coverage,
    source: { listPage: (_, { page }) => Promise.resolve(page === 1 ? [record] : []) },
    activities: { storePage: () => hold.promise },
    athletes: { saveCoverage: () => Promise.resolve(void saves.push('coverage')) },
  });
  const run = engine.run({ isPollWanted: coverage === nothingCovered });
  return { hold, saves, engine, run };
}

describe('list coverage', () => {
  it.each(pages)(
    'list coverage is saved only after the records of the %s page are stored',
    async (_, coverage) => {
      const { hold, saves, engine, run } = createHeldPage(coverage);
      await idle();
      expect(engine.requests.map(({ name }) => name)).toEqual([`list ${ada}`]);
      expect(saves).toEqual([]);
      hold.resolve(stored);
      await idle();
      expect(saves[0]).toBe('coverage');
      await run;
    },
  );

  it.each(pages)(
    'list coverage is never saved when the records of the %s page fail to be stored',
    async (_, coverage) => {
      const { hold, saves, run } = createHeldPage(coverage);
      const failure = new MongoUnavailableError('No MongoDB answers.');
      hold.reject(failure);
      await expect(run).rejects.toBe(failure);
      expect(saves).toEqual([]);
    },
  );
});

describe('athletes with equal work', () => {
  it('athletes with equal work take turns, request by request', async () => {
    const engine = createFakeEngine({
      pending: { [ada]: [1, 2, 3], [ben]: [4, 5, 6] },
      maxInFlight: 1,
    });
    await engine.run();
    expect(engine.requests.map(({ name }) => name)).toEqual(
      [1, 4, 2, 5, 3, 6].map((id) => `streams ${id}`),
    );
  });

  it('athletes with equal work take turns with an athlete who joins late, who does not catch up first', async () => {
    const ids = [ada];
    const engine = createFakeEngine({
      pending: { [ada]: [1, 2, 3, 4], [ben]: [5, 6] },
      maxInFlight: 1,
      athletes: { athleteIds: () => Promise.resolve([...ids]) },
      source: {
        streams: (_, activityId) => {
          if (activityId === 2) ids.push(ben);
          if (activityId === 2) engine.job.poll();
          return Promise.resolve(someStreams);
        },
      },
    });
    await engine.run();
    const streams = engine.requests.filter(({ name }) => name.startsWith('streams'));
    expect(streams.map(({ name }) => name)).toEqual(
      [1, 2, 3, 5, 4, 6].map((id) => `streams ${id}`),
    );
  });
});
