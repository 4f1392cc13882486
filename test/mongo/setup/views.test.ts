import { describe, expect, it } from 'vitest';

import { views } from '../../../src/queries/views.ts';
import { createViews } from '../../../src/mongo/setup/views.ts';
import { useAdapter } from '../adapter.ts';

const adapter = useAdapter();
const name = 'daily_totals';

async function made() {
  const found = await adapter.database.db.listCollections({ type: 'view' }).toArray();
  return found.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

describe('the views', () => {
  it('the views are created once by concurrent and repeated calls', async () => {
    const before = await made();
    expect(before.map((view) => view.name)).toEqual(views.map((view) => view.name).toSorted());
    await createViews(adapter.store);
    expect(await made()).toEqual(before);
    for (const view of views) await adapter.database.db.collection(view.name).drop();
    await Promise.all([1, 2, 3].map(() => createViews(adapter.store)));
    expect(await made()).toEqual(before);
  });

  it('the views are recreated where their definition changed', async () => {
    const before = await made();
    const { db } = adapter.database;
    await db.command({ collMod: name, viewOn: 'activities', pipeline: [{ $limit: 1 }] });
    expect(await made()).not.toEqual(before);
    await createViews(adapter.store);
    expect(await made()).toEqual(before);
  });

  it('the views do not replace a collection of the same name', async () => {
    const { db } = adapter.database;
    await db.collection(name).drop();
    await db.collection<{ _id: number }>(name).insertOne({ _id: 1 });
    await createViews(adapter.store);
    expect(await db.collection(name).find().toArray()).toEqual([{ _id: 1 }]);
    await db.collection(name).drop();
    await createViews(adapter.store);
  });
});

describe('the index of routes', () => {
  it('the index of routes has its own cell size', async () => {
    const indexes = await adapter.database.db.collection('activities').indexes();
    const route = indexes.find((index) => index.name === 'track_athlete');
    expect(route).toMatchObject({ coarsestIndexedLevel: 14, finestIndexedLevel: 14 });
  });
});
