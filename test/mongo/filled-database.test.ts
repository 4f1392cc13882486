/**
 * Compares the definitions with a database that every command has filled.
 */
import type { Db, Document } from 'mongodb';
import { afterAll, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import type { FetchTask } from '../../src/domain/sync/fetch-task.ts';
import { createLeaseStore } from '../../src/mongo/coordination/leases.ts';
import { createTaskStore } from '../../src/mongo/tasks/task-store.ts';
import { requestActivity } from '../../src/mongo/tasks/activity-requests.ts';
import { createActivityStore } from '../../src/mongo/streams/activity-store.ts';
import { createEventStore } from '../../src/features/webhooks/store.ts';
import { createAthleteStore } from '../../src/mongo/athletes/athletes.ts';
import type { Store } from '../../src/mongo/schema/collections.ts';
import { removeLogin, noteDeauthorization } from '../../src/mongo/athletes/deauthorized.ts';
import { markMissing, unmarkMissing } from '../../src/mongo/deletion/missing.ts';
import { createPendingLogins } from '../../src/mongo/tokens/pending-logins.ts';
import { createNotificationStore } from '../../src/features/notifications/store.ts';
import { definitions } from '../../src/mongo/schema/definitions.ts';
import { jsonSchemaOf } from '../../src/mongo/schema/json-schema.ts';
import type { Membership } from '../../src/sync/ports/leases.ts';
import { createSubscriptionStore } from '../../src/features/webhooks/subscription-store.ts';
import { everyApplication } from '../../src/mongo/schema/definitions/application.ts';
import { storedCollections } from '../support/mongodb/database.ts';
import type { Rounds } from '../support/rounds.ts';
import { dayMs, useRounds } from '../support/rounds.ts';
import { athleteNamed } from '../support/scene.ts';
import { open } from './base/connection-of.ts';
import { pageOf } from './pages.ts';
import { detailsTask, failure } from './tasks.ts';

const openRounds = useRounds();
const opened: Store[] = [];
const memberships: Membership[] = [];
afterAll(async () => {
  await Promise.all(memberships.map((membership) => membership.leave()));
  await Promise.all(opened.map((store) => store.close()));
});

/** Long enough for segment efforts. */
const athletes = [{ ...athleteNamed('Ada', 1001, 12), samplesPerActivity: [60, 80] as const }];
const everything = {
  ...{ SYNC_DETAILS: 'true', SYNC_SEGMENTS: 'true', SYNC_ATHLETE: 'true' },
  ...{ SYNC_SAVED_ROUTES: 'true', SYNC_STARRED_SEGMENTS: 'true' },
};
const at = new Date('2026-10-05T10:00:00Z');

async function connect({ db, program }: Rounds): Promise<Store> {
  const { config } = program();
  const store = await open({ uri: config.mongodb.uri ?? '', name: db.databaseName });
  opened.push(store);
  return store;
}

/** Activities that are edited, cropped and deleted. */
async function live({ simulator, round, pass }: Rounds): Promise<void> {
  const [edited = 0, cropped = 0, deleted = 0] = simulator.world
    .activities(1001)
    .map(({ id }) => id);
  await round();
  simulator.world.editActivity(edited, { name: 'Another name', my_new_key: 5 });
  simulator.world.cropActivity(cropped, { from: 0.1, to: 0.9 });
  simulator.world.deleteActivity(deleted);
  await pass(8 * dayMs);
  await round();
}

const epoch = Date.now() + dayMs;
const ofAthlete = { athleteId: 1001, epoch, at };
const parked = failure(at, 5, true);

/** Failures with their counts. */
async function fail(store: Store): Promise<void> {
  const [one, other] = await store.activities.find().limit(2).toArray();
  if (!one || !other) throw new Error('There are too few.');
  const activityId = Number(one._id);
  const events = createEventStore(store, systemClock);
  const tasks = createTaskStore(store, { events });
  const recording = {
    startAt: at,
    recordingHash: one.sync.recording_hash,
    firstSeenAt: new Date(0),
    elapsedS: 1,
  };
  await markMissing(store, { athleteId: 1001, activityIds: [activityId], since: at, epoch });
  const segment = await store.segments.findOne();
  const failed: readonly FetchTask[] = [
    { kind: 'streams', activityId, isFresh: false, tries: 0, ...recording },
    detailsTask(activityId),
    detailsTask(activityId, { purpose: 'confirm' }),
    { kind: 'segment', segmentId: Number(segment?._id), part: 'record', tries: 0 },
    { kind: 'gear', gearId: 'b1', tries: 0 },
    { kind: 'athlete', part: 'zones', tries: 0 },
  ];
  const write = { ...ofAthlete, at: new Date() };
  for (const task of failed) await tasks.postpone(write, task, parked, 'broken');
  const stats = { kind: 'athlete', part: 'stats', tries: 0 } as const;
  await tasks.markUnavailable(write, stats, 'for subscribers only');
  await unmarkMissing(store, Number(other._id), at);
  const unusable = [{ record: {}, reason: 'it has no id' }];
  const activities = createActivityStore(store);
  await activities.storePage(pageOf([], { unusable, epoch }));
}

/** Documents that sync rounds alone do not write. */
async function fillTheRest(store: Store): Promise<void> {
  const event = { kind: 'activity', subscriptionId: 1, athleteId: 1001, aspect: 'update' } as const;
  const delivered = { ...event, activityId: 5, eventAt: at };
  const events = createEventStore(store, systemClock);
  await events.save(delivered);
  await requestActivity(store, 1001, 6, at);
  const tasks = createTaskStore(store, { events });
  const request = { purpose: 'request', requestedAt: at } as const;
  await tasks.settleRequest({ ...detailsTask(6), ...request }, 'broken');
  const subscription = {
    id: 12,
    callbackUrl: 'https://x.example/',
    verifyToken: 't',
    createdAt: at,
  };
  await createSubscriptionStore(store, '12345').save(subscription);
  const grant = { accessToken: 'a', refreshToken: 'r', expiresAt: at, scope: ['read'] };
  await createPendingLogins(store).save('digest', { ...grant, obtainedAt: at, clientId: '1' });
  const athletes = createAthleteStore(store, everyApplication);
  const coverage = { spans: [{ fromS: 1, toS: 2 }], cursor: { page: 1, beforeS: 3, reachedS: 2 } };
  await athletes.addBackfill(1001, { id: 'w', since: at, until: at, requestedAt: at, coverage });
  const reconcile = { kind: 'full', startedAt: at, since: at, coverage } as const;
  await athletes.saveReconcile(1001, reconcile, { epoch });
  const rejected = { kind: 'full', reason: 'many', missing: 12, stored: 40, at } as const;
  await athletes.saveRejectedDeletions(1001, rejected, epoch);
  const notifications = createNotificationStore(store, '12345');
  const notification = { key: 'parked:1001', kind: 'parked', athleteId: 1001, text: 'x' } as const;
  await notifications.save({ ...notification, since: at, seenAt: at, watchedMs: 0, tries: 0 });
  await notifications.delivered(notification.key, at);
  await noteDeauthorization(store, '12345', { athleteId: 1001, at });
  await removeLogin(store, everyApplication, { athleteId: 1001, at });
  const worker = { pid: 4711, host: 'nas', process: 'nas|4711', durationMs: 60_000 };
  memberships.push(await createLeaseStore(store, { ...worker, clock: systemClock }).join('12345'));
}

/** Differences from the definitions, by collection. */
async function strangersIn(db: Db): Promise<Record<string, readonly Document[]>> {
  const found: Record<string, readonly Document[]> = {};
  for (const definition of definitions) {
    const filter = { $nor: [{ $jsonSchema: jsonSchemaOf(definition, 'exact') }] };
    const strangers = await db.collection(definition.name).find(filter).limit(2).toArray();
    if (strangers.length > 0) found[definition.name] = strangers;
  }
  return found;
}

describe('a filled database', () => {
  it('a filled database has only defined keys of ours, and every required one', async () => {
    const scene = await openRounds({ athletes, config: everything });
    await live(scene);
    const store = await connect(scene);
    await fail(store);
    await fillTheRest(store);
    expect(await strangersIn(scene.db)).toEqual({});
    const described = definitions.map(({ name }) => name).toSorted();
    const stored = await storedCollections(scene.db);
    expect(stored.map(({ collectionName }) => collectionName).toSorted()).toEqual(described);
    for (const collection of stored) {
      expect(await collection.estimatedDocumentCount(), collection.collectionName).not.toBe(0);
    }
  });

  it('a filled database differs from the definitions where a key is added or removed', async () => {
    const scene = await openRounds({ activities: 2 });
    await scene.round();
    const activities = scene.db.collection('activities');
    await activities.updateOne({}, { $set: { 'sync.streams.new_key': 1 } });
    expect(Object.keys(await strangersIn(scene.db))).toEqual(['activities']);
    await activities.updateOne({}, { $unset: { 'sync.streams.new_key': '', 'sync.epoch': '' } });
    expect(Object.keys(await strangersIn(scene.db))).toEqual(['activities']);
  });
});
