import type { Document } from 'mongodb';
import { Long } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { readNow } from '../../../../src/features/page/api/now.ts';
import type { Now } from '../../../../src/features/page/api/types/now.ts';
import { readStatus } from '../../../../src/features/shared/status/report.ts';
import { recordDeletion } from '../../../../src/mongo/history/changes.ts';
import { markDeauthorized } from '../../../../src/mongo/athletes/deauthorized.ts';
import { saveAthlete } from '../../../../src/mongo/athletes/athletes.ts';
import { everyApplication } from '../../../../src/mongo/schema/definitions/application.ts';
import { createTokenStore } from '../../../../src/mongo/tokens/tokens.ts';
import { athleteId, fetchedAt, pageOf, recordOf } from '../../../mongo/pages.ts';
import { useApi } from './api-fixture.ts';

const api = useApi();
const otherId = 1002;
const wideId = 9_007_199_254_740_991;

beforeEach(() => api.adapter.empty());

const now = (): Promise<Now> => readNow(api.program, api.database);

function logIn(id = athleteId): Promise<void> {
  const grant = { athleteId: id, accessToken: 'a-secret', refreshToken: 'r-secret' };
  const tokens = createTokenStore(api.adapter.store, everyApplication);
  return tokens.save({ ...grant, expiresAt: fetchedAt });
}

async function change(id: number, set: Document): Promise<void> {
  const activities = api.adapter.database.db.collection<Document & { readonly _id: Long }>(
    'activities',
  );
  const unchecked = { bypassDocumentValidation: true };
  await activities.updateOne({ _id: Long.fromNumber(id) }, { $set: set }, unchecked);
}

/** Twelve activities, one a day from the first of September. */
const twelve = Array.from({ length: 12 }, (_, index) =>
  recordOf(index + 1, {
    start_date: `2026-09-${String(index + 1).padStart(2, '0')}T06:00:00Z`,
    start_date_local: `2026-09-${String(index + 1).padStart(2, '0')}T08:00:00Z`,
    total_elevation_gain: 12.5,
  }),
);

describe('now', () => {
  it('where nothing is stored, now says that nobody has logged in, with the command', async () => {
    expect(await now()).toMatchObject({
      isStale: false,
      units: 'metric',
      athletes: [],
      toDo: { streams: 0, duration: '', endsAt: null },
      daemons: [],
      lastRun: null,
      needs: [{ text: 'Nobody has logged in yet. Run: npm run auth', commands: ['npm run auth'] }],
      recent: [],
      changes: [],
      parked: [],
    });
  });

  it('the figures of now are those of status', async () => {
    await logIn();
    await saveAthlete(api.adapter.store, athleteId, { firstname: 'Anna', lastname: 'Muster' });
    await api.adapter.activities.storePage(pageOf(twelve));
    await change(3, { 'sync.streams.state': 'stored', 'sync.streams.source': 'export' });
    const status = await readStatus(api.program, api.database);
    const { athletes, quota, toDo, nextRunAt, needs, ...rest } = await now();
    const [athlete] = status.athletes;
    const time = (at: Date | null | undefined): string | null =>
      at ? at.toISOString().replace('.000Z', 'Z') : null;
    expect(athletes).toEqual([
      {
        id: String(athleteId),
        name: 'Anna Muster',
        activities: 12,
        streams: athlete?.streams,
        streamsToDo: 11,
        streamsOfExport: 1,
        unusableRecords: 0,
        listedSince: time(athlete?.listedSince),
        newestStart: '2026-09-12T06:00:00Z',
        oldestStart: '2026-09-01T06:00:00Z',
        polledAt: time(athlete?.polledAt),
        isLoggedIn: true,
        hasExport: false,
        needsAuthorization: null,
        deauthorizedAt: null,
      },
    ]);
    expect(quota.short).toEqual({
      used: 0,
      limit: status.quota.short.limit,
      left: status.quota.short.left,
      reserve: status.quota.short.reserve,
      resetsAt: time(status.quota.short.resetsAt),
      lengthSeconds: 900,
    });
    expect(quota.daily).toMatchObject({ limit: status.quota.daily.limit, lengthSeconds: 86_400 });
    expect(toDo).toMatchObject({ streams: 11, duration: status.toDo.duration });
    expect(Date.parse(toDo.endsAt ?? '')).toBeGreaterThanOrEqual(Date.parse(rest.at));
    expect(nextRunAt).toBe(time(status.nextRunAt));
    expect(needs.map(({ text }) => text)).toEqual(status.needs);
    expect(rest.version).toBe(status.version);
  });

  it('now shows the last activities of all athletes, the newest first, with exact ids', async () => {
    await api.adapter.activities.storePage(pageOf(twelve));
    const start = { start_date: '2026-09-10T07:00:00Z', athlete: { id: otherId } };
    await api.adapter.activities.storePage(
      pageOf([recordOf(wideId, start)], { athleteId: otherId }),
    );
    const { recent } = await now();
    const ids = recent.map(({ id }) => id);
    expect(ids).toEqual(['12', '11', String(wideId), '10', '9', '8', '7', '6', '5', '4', '3']);
    expect(recent[0]).toEqual({
      id: '12',
      athleteId: String(athleteId),
      name: 'Morning Ride',
      sport: 'Ride',
      start: '2026-09-12T06:00:00Z',
      local: '2026-09-12T08:00:00',
      distance: 24_931.4,
      movingTime: 4_500,
      climbing: 12.5,
      streams: 'pending',
    });
  });

  it('now counts for each athlete what is to fetch, without what is before SYNC_SINCE', async () => {
    await logIn();
    await logIn(otherId);
    await api.adapter.activities.storePage(pageOf(twelve));
    const other = recordOf(101, { start_date: '2026-09-12T06:00:00Z', athlete: { id: otherId } });
    await api.adapter.activities.storePage(pageOf([other], { athleteId: otherId }));
    const { config } = api.program;
    const since = '2026-09-10';
    const program = { ...api.program, config: { ...config, sync: { ...config.sync, since } } };
    const { athletes, toDo } = await readNow(program, api.database);
    expect(athletes.map(({ streams }) => streams.pending)).toEqual([12, 1]);
    expect(athletes.map(({ streamsToDo }) => streamsToDo)).toEqual([3, 1]);
    expect(toDo.streams).toBe(4);
  });

  it('now has the last ten activities and the changes of each athlete, the newest first', async () => {
    const { store, activities } = api.adapter;
    const old = (index: number) => ({
      start_date: `2020-01-${String(index + 1).padStart(2, '0')}T06:00:00Z`,
      athlete: { id: otherId },
    });
    const others = twelve.map((_, index) => recordOf(101 + index, old(index)));
    await activities.storePage(pageOf(others, { athleteId: otherId }));
    await recordDeletion(store, { athleteId: otherId, activityId: 101, at: fetchedAt });
    await activities.storePage(pageOf(twelve));
    for (const { id } of twelve) {
      const at = new Date(fetchedAt.getTime() + 60_000 * Number(id));
      await recordDeletion(store, { athleteId, activityId: Number(id), at });
    }
    const { recent, changes } = await now();
    const ids = (from: number) => Array.from({ length: 10 }, (_, index) => String(from - index));
    expect(recent.map(({ id }) => id)).toEqual([...ids(12), ...ids(112)]);
    expect(changes.map(({ activityId }) => activityId)).toEqual([...ids(12), '101']);
    expect(changes.at(-1)).toMatchObject({ athleteId: String(otherId) });
  });

  it('now shows who has activities and no login, and when the access was withdrawn', async () => {
    const { store, activities } = api.adapter;
    await activities.storePage(pageOf(twelve));
    await saveAthlete(store, athleteId, { firstname: 'Anna' });
    await markDeauthorized(store, athleteId, fetchedAt);
    const gone = { id: String(athleteId), activities: 12, isLoggedIn: false };
    expect((await now()).athletes).toMatchObject([{ hasExport: false }]);
    const archive = { archived_at: fetchedAt, imported_at: fetchedAt, fields: {}, gear: [] };
    await store.db
      .collection<{ readonly _id: Long }>('athletes')
      .updateOne(
        { _id: Long.fromNumber(athleteId) },
        { $set: { export: archive } },
        { bypassDocumentValidation: true },
      );
    expect((await now()).athletes).toMatchObject([{ hasExport: true }]);
    const at = { deauthorizedAt: '2026-10-05T10:00:00Z' };
    expect((await now()).athletes).toMatchObject([{ ...gone, ...at }]);
    const [need] = (await now()).needs.filter(({ commands }) => commands.length === 2);
    expect(need?.commands).toEqual(['npm run auth', 'npm run erase -- --athlete 1001']);
    await logIn();
    expect((await now()).athletes).toMatchObject([{ isLoggedIn: true, deauthorizedAt: null }]);
  });

  it('now shows changes, deletions, and what is parked with its reason', async () => {
    await logIn();
    const { store, activities } = api.adapter;
    await activities.storePage(pageOf(twelve));
    const later = { fetchedAt: new Date('2026-10-06T10:00:00Z') };
    await activities.storePage(pageOf([{ ...twelve[0], name: 'Evening Ride' }], later));
    const deleted = { activityId: 2, at: new Date('2026-10-07T10:00:00Z') };
    await recordDeletion(store, { athleteId, ...deleted });
    await change(4, {
      'sync.streams.state': 'parked',
      'sync.streams.error': 'Strava answered 500',
      'sync.streams.next_try_at': new Date('2026-10-08T10:00:00Z'),
    });
    const { changes, parked } = await now();
    expect(changes).toMatchObject([
      { activityId: '2', at: '2026-10-07T10:00:00Z', kind: 'deleted', fields: [] },
      {
        activityId: '1',
        name: 'Evening Ride',
        at: '2026-10-06T10:00:00Z',
        kind: 'changed',
        fields: ['name'],
      },
    ]);
    expect(parked).toEqual([
      {
        activityId: '4',
        athleteId: String(athleteId),
        name: 'Morning Ride',
        reason: 'Strava answered 500',
        nextTryAt: '2026-10-08T10:00:00Z',
      },
    ]);
  });

  it('odd values of other programs are empty or null in now, and cost nothing else', async () => {
    await logIn();
    await api.adapter.activities.storePage(pageOf(twelve));
    const odd = { name: { $numberLong: 1 }, sport_type: 7, start_date_local: true };
    await change(12, { ...odd, distance: 'far', moving_time: [1], total_elevation_gain: -3 });
    await change(11, { start_date: 'yesterday' });
    await change(10, { sync: 'gone' });
    await api.adapter.database.db
      .collection('changes')
      .insertOne({ activity_id: 'x' }, { bypassDocumentValidation: true });
    const { recent, changes } = await now();
    expect(recent).toHaveLength(10);
    expect(recent[0]).toMatchObject({ id: '12', name: '', sport: '', local: '', distance: null });
    expect(recent[0]).toMatchObject({ movingTime: null, climbing: null });
    expect(changes).toEqual([]);
  });

  it('no secret is in now', async () => {
    await logIn();
    const text = JSON.stringify(await now());
    expect(text).not.toMatch(/secret/);
    expect(text).not.toContain('mongodb://');
  });
});
