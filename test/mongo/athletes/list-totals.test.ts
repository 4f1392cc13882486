import { Long } from 'mongodb';
import { beforeEach, expect, it } from 'vitest';
import { readListTotals } from '../../../src/mongo/athletes/list-totals.ts';
import { useAdapter } from '../adapter.ts';

const adapter = useAdapter();
beforeEach(() => adapter.empty());
const [ada, bob] = [1_001, 1_002];

async function store(id: number, stats?: object): Promise<void> {
  const { db } = adapter.database;
  const _id = Long.fromNumber(id);
  const document = { _id, ...(stats && { stats }) };
  const options = { bypassDocumentValidation: true };
  await db.collection<{ _id: Long }>('athletes').insertOne(document, options);
}

const totals = {
  all_ride_totals: { count: Long.fromNumber(245), distance: 1 },
  all_run_totals: { count: 12 },
  all_swim_totals: { count: 0 },
  ytd_ride_totals: { count: 99 },
};

it('the total of the lists adds up the rides, runs and swims of all athletes', async () => {
  await store(ada, totals);
  await store(bob, { all_run_totals: { count: 3 } });
  expect(await readListTotals(adapter.store, [ada, bob])).toEqual({ stored: 0, counted: 260 });
});

it('the total of the lists is unknown where an athlete has no totals, or odd ones', async () => {
  await store(ada, totals);
  expect((await readListTotals(adapter.store, [ada, bob])).counted).toBeUndefined();
  await store(bob, { all_run_totals: { count: 'many' }, all_ride_totals: 7 });
  expect((await readListTotals(adapter.store, [ada, bob])).counted).toBeUndefined();
});

it("counts the athletes' stored activities, and no others", async () => {
  const { db } = adapter.database;
  const activity = (id: number, athlete: number) => ({
    _id: Long.fromNumber(id),
    sync: { athlete_id: Long.fromNumber(athlete) },
  });
  const activities = [activity(1, ada), activity(2, ada), activity(3, bob)];
  const options = { bypassDocumentValidation: true };
  await db.collection<{ _id: Long }>('activities').insertMany(activities, options);
  expect((await readListTotals(adapter.store, [ada])).stored).toBe(2);
  expect((await readListTotals(adapter.store, [ada, bob])).stored).toBe(3);
});
