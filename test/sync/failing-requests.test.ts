import { describe, expect, it } from 'vitest';
import { StravaRejectedError } from '../../src/strava-errors.ts';
import { ada, ben } from './fakes/athletes.ts';
import { createFakeClock } from './fakes/clock.ts';
import { createFakeEngine } from './fakes/engine.ts';
import { someStreams } from './fakes/strava.ts';

const rejection = new StravaRejectedError('The list of activities is redirected.');

describe('a list that Strava rejects', () => {
  it('a list that Strava rejects ends the run after three requests where nothing else succeeds', async () => {
    const listPage = () => Promise.reject(rejection);
    const engine = createFakeEngine({ pending: { [ada]: [] }, source: { listPage } });
    await expect(engine.run({ isPollWanted: true })).rejects.toBe(rejection);
    expect(engine.requests.map(({ name }) => name)).toEqual(Array(3).fill(`list ${ada}`));
  });

  it('a list that Strava rejects stops its athlete alone while the requests of another succeed', async () => {
    const clock = createFakeClock();
    const engine = createFakeEngine({
      clock,
      pending: { [ada]: [], [ben]: Array.from({ length: 40 }, (_, index) => index + 1) },
      maxInFlight: 2,
      source: {
        listPage: (id) => (id === ada ? Promise.reject(rejection) : Promise.resolve([])),
        streams: async () => {
          await clock.sleep(500);
          return someStreams;
        },
      },
    });
    const { stopped, stats } = await engine.run({ isPollWanted: true });
    expect([...stopped]).toEqual([[ada, rejection]]);
    expect(stats.streamsStored).toBe(40);
    expect(engine.requests.filter(({ name }) => name === `list ${ada}`)).toHaveLength(3);
  });
});
