import type { Db, Document } from 'mongodb';
import { Long, ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { definitions } from '../../../src/mongo/schema/definitions.ts';
import type { Definition } from '../../../src/mongo/schema/field.ts';
import { wrongExamplesOf } from '../../mongo/schema/schema-examples.ts';
import type { Scene } from '../../support/scene.ts';
import { athleteId, athleteNamed, printedJson, trueIds, useScene } from '../../support/scene.ts';
import { eventually } from '../../support/waiting.ts';

const otherId = 1002;
const athletes = [athleteNamed('Ada', athleteId, 6), athleteNamed('Bert', otherId, 4)];

/** In each collection a document with each field of another type, and one that has none of our fields. */
function foreignTo(definition: Definition): Document[] {
  const { type } = definition.fields['_id'] ?? { type: 'text' };
  const idOf = (index: number): unknown =>
    type === 'int64' ? Long.fromNumber(9_000_000 + index) : `foreign-${index}`;
  const documents = wrongExamplesOf(definition).map((one, index) => {
    const parts = definition.name === 'streams' && { part: index };
    return { ...one, ...parts, _id: type === 'objectId' ? new ObjectId() : idOf(index) };
  });
  const others = [{ hello: 'world' }, { _id: new ObjectId(), sync: 'text' }];
  // More than one would contradict its unique index.
  return [...documents, ...others.slice(definition.name === 'streams' ? 1 : 0)];
}

async function insert(db: Db): Promise<void> {
  for (const definition of definitions)
    await db.collection(definition.name).insertMany(foreignTo(definition));
}

/** As Strava sends it. */
function typedIn({ simulator }: Scene, id: number): Document {
  return {
    token_type: 'Bearer',
    expires_at: 1_568_775_134,
    expires_in: 21_600,
    refresh_token: simulator.issueRefreshToken(id),
    access_token: 'expired',
    athlete: { id, firstname: 'Bert' },
  };
}

/** Documents of other programs under the keys of ours. */
async function insertInTheWay(scene: Scene): Promise<void> {
  const { db, simulator } = scene;
  const [first = 0, second = 0] = trueIds(simulator);
  const inTheWay: Readonly<Record<string, Document[]>> = {
    activities: [
      { _id: first, name: 'Another program wrote this' },
      { _id: second, name: 'and this', start_date: 'yesterday', sync: { epoch: 'x' } },
    ],
    athletes: [
      { _id: athleteId, sync: 'text' },
      { _id: otherId, sync: { polled_at: 'x', backfills: 5, coverage: { spans: [1] } } },
    ],
    leases: [
      { _id: `athlete:${athleteId}`, owner: 5, epoch: 'x' },
      { _id: `athlete:${otherId}`, holder: 'me' },
      { _id: `refresh:${athleteId}`, owner: 'foreign-0', epoch: 1 },
    ],
    quota: [{ _id: simulator.clientId, revision: 'x' }],
    schema: [{ _id: 'database', version: 'one' }],
    subscriptions: [{ _id: simulator.clientId }],
  };
  for (const [name, documents] of Object.entries(inTheWay))
    await db.collection(name).insertMany(documents);
}

/** The differences of what is Strava's from the database, without the foreign activities. */
async function differencesOf(scene: Scene): Promise<readonly string[]> {
  const foreign = [
    { _id: { $gte: 9_000_000, $lt: 9_100_000 } },
    { _id: { $not: { $type: 'number' } } },
  ];
  await scene.db.collection('activities').deleteMany({ $or: foreign } as never);
  return [...(await scene.differences()), ...(await scene.differences(otherId))];
}

describe.concurrent('documents of other programs in our collections', () => {
  const openScene = useScene();

  it('documents of other programs in our collections are replaced by ours where they are in the way', async () => {
    const scene = await openScene({ athletes });
    await insertInTheWay(scene);
    const { exitCode, stderr } = await scene.call('sync');
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain(
      `The document ${athleteId} of the collection athletes has an odd value`,
    );
    expect(await differencesOf(scene)).toEqual([]);
    const status = await scene.call('status');
    expect(status.exitCode, status.stderr).toBe(0);
  });

  it('documents of other programs in our collections do not keep the daemon from starting and working', async () => {
    const scene = await openScene({ athletes, env: { SYNC_SCHEDULE: '*/2 * * * * *' } });
    await insert(scene.db);
    await insertInTheWay(scene);
    const daemon = scene.launch(['start']);
    await daemon.shown('Run done');
    scene.simulator.world.addActivity(athleteId, {}, { samples: 10 });
    await eventually(async () => (await differencesOf(scene)).length === 0);
    daemon.kill('SIGTERM');
    expect((await daemon.ended).exitCode).toBe(0);
    // None of them is requested again and again.
    const requested = Map.groupBy(scene.simulator.requests.entries, (one) => one.activityId ?? 0);
    requested.delete(0);
    expect(Math.max(...[...requested.values()].map((all) => all.length))).toBeLessThan(10);
  });
});

describe.concurrent('what was dropped under the daemon', () => {
  const openScene = useScene();

  it('is made again at the next tick', async () => {
    const scene = await openScene({ activities: 2, env: { SYNC_SCHEDULE: '*/2 * * * * *' } });
    const daemon = scene.begin(['start']);
    await daemon.shown('Run done');
    const names = async () => {
      const found = await scene.db.collection('activities').indexes();
      return found.map(({ name }) => name).toSorted();
    };
    const before = await names();
    await scene.db.collection('activities').dropIndexes();
    await eventually(async () => (await names()).join() === before.join());
    daemon.kill('SIGTERM');
    expect((await daemon.ended).exitCode).toBe(0);
  });
});

describe.concurrent('a login that was typed in by hand', () => {
  const openScene = useScene();

  it("a login that was typed in by hand is adopted in Strava's own form, whatever its _id", async () => {
    const scene = await openScene({ athletes, isLoggedIn: false });
    const logins = scene.db.collection('tokens');
    await logins.insertOne({
      ...typedIn(scene, athleteId),
      client_id: Number(scene.simulator.clientId),
    });
    await logins.insertOne({
      ...typedIn(scene, otherId),
      _id: otherId as never,
      scope: 'read,activity:read_all',
    });
    const { exitCode, stderr } = await scene.callWith({ LOG_LEVEL: 'info' }, 'sync');
    expect(exitCode, stderr).toBe(0);
    expect(await differencesOf(scene)).toEqual([]);
    expect(await logins.countDocuments()).toBe(2);
    expect((await scene.call('sync')).stderr).not.toContain('typed in by hand');
    const stored = await logins.find({ _id: { $in: [athleteId, otherId] as never } }).toArray();
    expect(stored).toMatchObject([
      { client_id: scene.simulator.clientId, expires_at: expect.any(Date) as Date },
      { expires_at: expect.any(Date) as Date },
    ]);
  });

  it('a login that was typed in by hand is skipped where it cannot be read, and status names it', async () => {
    const scene = await openScene({ athletes: athletes.slice(0, 1) });
    const logins = scene.db.collection('tokens');
    await logins.insertOne({ _id: 77 as never, access_token: 'abc', expires_at: 1 });
    const { exitCode, stderr } = await scene.call('sync');
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain('The document 77 of the collection tokens is skipped');
    expect(stderr).not.toContain('abc');
    expect((await scene.call('status')).stdout).toMatch(/Skipped +1 document of tokens \(77\)/);
    expect(printedJson(await scene.call('status', '--json'))).toMatchObject({
      unusableDocuments: [{ collection: 'tokens', count: 1, ids: ['77'] }],
    });
  });
});
