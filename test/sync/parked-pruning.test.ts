import { describe, expect, it } from 'vitest';
import type { Rounds } from '../support/rounds.ts';
import { dayMs, useRounds } from '../support/rounds.ts';

const open = useRounds();

async function parkedIn({ db }: Rounds): Promise<readonly string[]> {
  const found = await db.collection<{ _id: string }>('parked').find().sort({ _id: 1 }).toArray();
  return found.map(({ _id }) => _id);
}

/** Two records without a start; one of them is deleted at Strava after the first round. */
async function live(scene: Rounds, config: Readonly<Record<string, string>> = {}) {
  const { world } = scene.simulator;
  const [staying = 0, , going = 0] = world.activities(1001).map(({ id }) => id);
  for (const id of [staying, going]) world.editActivity(id, { start_date: undefined });
  await scene.round(config);
  expect(await parkedIn(scene)).toHaveLength(2);
  world.deleteActivity(going);
  await scene.pass(8 * dayMs);
  await scene.round(config);
  expect(await parkedIn(scene)).toHaveLength(2);
  await scene.round(config);
  return staying;
}

describe('a parked record', () => {
  it('a parked record is forgotten once the whole list was read without it, and no other', async () => {
    const scene = await open({ activities: 8 });
    const staying = await live(scene);
    expect(await parkedIn(scene)).toEqual([`1001:${staying}`]);
  });

  it('a parked record stays where the list is not read as far back', async () => {
    const scene = await open({ activities: 8 });
    await live(scene, { SYNC_SINCE: '2000' });
    expect(await parkedIn(scene)).toHaveLength(2);
  });
});
