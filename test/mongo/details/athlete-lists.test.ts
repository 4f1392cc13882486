import { Long, type Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import type { AthleteList } from '../../../src/domain/sync/athlete-lists.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { LeaseLostError } from '../../../src/errors.ts';
import { saveAthlete } from '../../../src/mongo/athletes/athletes.ts';
import { expire } from '../../../src/mongo/deletion/retention.ts';
import { useAdapter } from '../adapter.ts';
import { athleteId } from '../pages.ts';
import { dueOf, failure, taskQuery } from '../tasks.ts';

const adapter = useAdapter();
const at = new Date('2026-10-05T11:00:00Z');
const hours = (count: number): Date => new Date(at.getTime() + count * 3_600_000);
const id = 2n ** 53n + 1n;
const route = { id, id_str: String(id), name: 'Round the lake' };
const other = { id: 7, name: 'To work' };

beforeEach(async () => {
  await adapter.empty();
  await saveAthlete(adapter.store, athleteId, { id: athleteId });
});

function store(records: readonly JsonObject[], now = at, epoch = 1) {
  const write = { athleteId, epoch, at: now };
  return adapter.tasks.storeAthleteList(write, 'saved_routes', records);
}

function queryOf(now: Date, lists: readonly AthleteList[] = ['saved_routes']) {
  const nothing = { streams: false, details: false, segments: false, athlete: false };
  return taskQuery('details', now, { kept: { ...nothing, lists } });
}

async function due(now: Date, lists?: readonly AthleteList[]): Promise<readonly AthleteList[]> {
  const tasks = await dueOf(adapter.tasks, 'athleteList', queryOf(now, lists));
  return tasks.map(({ list }) => list);
}

function documents(): Promise<Document[]> {
  const routes = adapter.database.db.collection('saved_routes');
  return routes.find({}, { promoteValues: false }).sort({ _id: 1 }).toArray();
}

async function keys(): Promise<readonly string[]> {
  return (await documents()).map(({ _id }) => String(_id));
}

describe('the lists of an athlete', () => {
  it('a list is due once a day, and only where it is wanted', async () => {
    expect(await due(at, [])).toEqual([]);
    expect(await due(at, ['saved_routes', 'starred_segments'])).toEqual([
      'saved_routes',
      'starred_segments',
    ]);
    await store([route]);
    expect(await due(hours(23), ['saved_routes', 'starred_segments'])).toEqual([
      'starred_segments',
    ]);
    expect(await due(hours(24))).toEqual(['saved_routes']);
  });

  it('records are stored under their ids in text, with ids beyond 2^53 exact', async () => {
    await store([route, other]);
    expect(await keys()).toEqual([`${athleteId}:7`, `${athleteId}:${id}`]);
    const [, stored] = await documents();
    expect(stored).toMatchObject({ id: Long.fromBigInt(id), id_str: String(id), name: route.name });
  });

  it('a record goes once a second list misses it, not with the first, and stays when it comes back', async () => {
    await store([route, other]);
    await store([], hours(24));
    expect(await keys()).toHaveLength(2);
    await store([route], hours(25));
    expect(await keys()).toHaveLength(2);
    await store([route], hours(48));
    expect(await keys()).toEqual([`${athleteId}:${id}`]);
    expect((await documents())[0]?.['sync']).not.toHaveProperty('gone_at');
    await store([], hours(72));
    await store([], hours(96));
    expect(await keys()).toEqual([]);
  });

  it('a record without an id, or one that MongoDB cannot hold, blocks no other', async () => {
    await store([{ name: 'Nameless' }, { id: 8, 'a\0b': 1 }, other]);
    expect(await keys()).toEqual([`${athleteId}:7`]);
    const athlete = await adapter.store.athletes.findOne({ _id: Long.fromNumber(athleteId) });
    expect(athlete?.sync?.saved_routes).toEqual({
      ...{ state: 'stored', tries: 0, fetched_at: at },
      error: '2 of the records cannot be stored',
    });
  });

  it('an older list changes no record of a newer one', async () => {
    await store([{ ...other, name: 'Newer' }], hours(2));
    await store([{ ...other, name: 'Older' }], hours(1));
    expect(await documents()).toMatchObject([{ name: 'Newer' }]);
  });

  it('a failed list is due at its next try, and a list is not settled under an older lease', async () => {
    const task = { kind: 'athleteList', list: 'saved_routes', tries: 0 } as const;
    await adapter.tasks.postpone({ athleteId, epoch: 2, at }, task, failure(hours(1)), 'Bad.');
    expect(await due(at)).toEqual([]);
    expect(await adapter.tasks.nextTryAt(queryOf(at))).toEqual(hours(1));
    expect(await due(hours(1))).toEqual(['saved_routes']);
    await expect(store([other])).rejects.toThrow(LeaseLostError);
  });

  it('a new login makes lists that Strava did not give due again', async () => {
    const task = { kind: 'athleteList', list: 'saved_routes', tries: 0 } as const;
    const write = { athleteId, epoch: 1, at };
    await adapter.tasks.markUnavailable(write, task, 'the login does not allow it');
    expect(await due(hours(24))).toEqual([]);
    await saveAthlete(adapter.store, athleteId, { id: athleteId });
    expect(await due(hours(24))).toEqual(['saved_routes']);
  });

  it('a list that is not read any more expires', async () => {
    await store([other]);
    const sweep = { athleteId, now: hours(48), epoch: 1, limit: 10 };
    await expire(adapter.store, { ...sweep, fetchedBefore: at });
    expect(await keys()).toHaveLength(1);
    await expire(adapter.store, { ...sweep, fetchedBefore: hours(1) });
    expect(await keys()).toEqual([]);
  });
});
