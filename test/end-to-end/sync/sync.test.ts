import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSimulator } from '../../../src/simulator/api/server.ts';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import { run } from '../../support/command/command.ts';
import { useDatabase } from '../../support/mongodb/database.ts';
import { differences, logIn } from '../../support/mirror.ts';
import { athleteId, athleteNamed } from '../../support/scene.ts';

const ample = { short: 5_000, daily: 50_000 };
const ampleEnv = { STRAVA_QUOTA_SHORT: '5000', STRAVA_QUOTA_DAILY: '50000' };

describe('sync', () => {
  const mongodb = useDatabase();
  let simulator: Simulator;

  beforeEach(async () => {
    await mongodb.clear();
  });
  afterEach(() => simulator.close());

  async function simulate(activities: number): Promise<void> {
    const athletes = [athleteNamed('Ada', athleteId, activities)];
    simulator = await startSimulator({ athletes, quota: ample });
    await logIn(mongodb.db, simulator, athleteId);
  }

  it('sync makes the database equal to Strava with one request an activity, and then sends one', async () => {
    await simulate(450);
    const surroundings = { simulator, mongodb, env: ampleEnv };

    const first = await run(surroundings, 'sync', '--json');
    expect(first.stderr).not.toContain('Error');
    expect(first.exitCode).toBe(0);
    expect(await differences(mongodb.db, simulator, athleteId)).toEqual([]);
    const withStreams = simulator.world
      .activities(athleteId)
      .filter((one) => one.hasStreams).length;
    const requested = simulator.requests.entries.filter(({ isCounted }) => isCounted).length;
    const withoutAny = simulator.world
      .activities(athleteId)
      .filter((one) => !one.hasStreams && !one.isManual).length;
    expect(requested).toBeLessThanOrEqual(withStreams + withoutAny + 5 + 5);
    expect(simulator.requests.overLimit()).toEqual([]);
    expect(simulator.requests.fetchedTwice()).toEqual([]);

    const before = await mongodb.db.collection('activities').find().toArray();
    simulator.requests.clear();
    const second = await run(surroundings, 'sync', '--json');
    expect(second.exitCode).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({ requests: 1, added: 0, changed: 0 });
    expect(simulator.requests.entries.filter(({ isCounted }) => isCounted)).toHaveLength(1);
    expect(await mongodb.db.collection('activities').find().toArray()).toEqual(before);
  });
});
