import { describe, expect, it } from 'vitest';
import { impersonalCollections, personalCollections } from '../../../src/features/erase/store.ts';
import { storedCollections } from '../../support/mongodb/database.ts';
import type { Scene } from '../../support/scene.ts';
import { athleteNamed, useScene } from '../../support/scene.ts';
import { typedTerminal } from '../../support/command/typed-terminal.ts';

/** Ids that no sample and no date can contain. */
const [ada, bob] = [70_100_200_301, 70_100_200_302];
const athletes = [athleteNamed('Ada', ada, 6), athleteNamed('Bob', bob, 4)];
const onceAYear = { SYNC_SCHEDULE: '0 0 1 1 *' };
const erase = ['erase', '--athlete', String(ada), '--yes'];
const everything = { SYNC_DETAILS: 'true', SYNC_SEGMENTS: 'true', SYNC_ATHLETE: 'true' };

/** The collections that contain an athlete's id. */
async function placesOf({ db }: Scene, id: number): Promise<readonly string[]> {
  const places: string[] = [];
  for (const collection of await db.collections()) {
    const text = JSON.stringify(await collection.find().toArray(), (_, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    );
    if (text.includes(String(id))) places.push(collection.collectionName);
  }
  return places;
}

/** The data that only this athlete has. */
async function belongings({ db }: Scene, id: number): Promise<unknown> {
  const read = (name: string, filter: object) =>
    db.collection(name).find(filter).sort({ _id: 1 }).toArray();
  return Promise.all([
    read('activities', { 'sync.athlete_id': id }),
    read('streams', { athlete_id: id }),
    read('gear', { 'sync.athlete_id': id }),
    read('athletes', { _id: id }),
    read('tokens', { _id: id }),
  ]);
}

async function refreshTokenOf({ db }: Scene, id: number): Promise<string> {
  const login = await db.collection('tokens').findOne({ _id: id as never });
  return String(login?.['refresh_token']);
}

describe.concurrent('erase', () => {
  const openScene = useScene();

  it('erase revokes the access, deletes all data of one athlete, and prints a receipt', async () => {
    const scene = await openScene({ athletes, env: everything });
    const synced = await scene.call('sync');
    expect(synced.exitCode, synced.stderr).toBe(0);
    const known = [...personalCollections, ...impersonalCollections];
    for (const { collectionName } of await storedCollections(scene.db))
      expect(known).toContain(collectionName);
    expect(await placesOf(scene, ada)).toEqual(
      expect.arrayContaining(['activities', 'streams', 'athletes', 'tokens', 'leases']),
    );
    const [adas, bobs] = [await refreshTokenOf(scene, ada), await refreshTokenOf(scene, bob)];
    const before = await belongings(scene, bob);
    const { exitCode, stdout, stderr } = await scene.run(...erase);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain(`Athlete ${ada} is erased. The access was revoked at Strava.`);
    expect(stdout).toMatch(/\n {2}activities +6\n/);
    expect(`${stdout}${stderr}`).not.toContain(adas);
    expect(scene.simulator.isRefreshTokenLive(adas)).toBe(false);
    expect(scene.simulator.isRefreshTokenLive(bobs)).toBe(true);
    expect(await placesOf(scene, ada)).toEqual([]);
    expect(await belongings(scene, bob)).toEqual(before);
    const again = await scene.call(...erase);
    expect(again.exitCode).toBe(3);
    expect(again.stderr).toContain(`Nothing is stored of athlete ${ada}`);
  });

  it('erase prompts on a terminal, and erases when the id is typed', async () => {
    const scene = await openScene({ athletes });
    const profile = { $set: { firstname: 'Ada', lastname: 'Example' } };
    await scene.db.collection('athletes').updateOne({ _id: ada as never }, profile, {
      upsert: true,
    });
    const command = ['npm', 'run', '-s', 'erase', '--', '--athlete', String(ada)];
    const erase = (typed: string) =>
      scene.launch(
        typedTerminal([['to continue:', `${typed}\n`]], ...command),
        {},
        {
          program: 'python3',
        },
      ).ended;
    const rejected = await erase('no');
    expect(rejected.exitCode, rejected.stdout).toBe(2);
    expect(rejected.stdout).toContain(`athlete ${ada} (Ada Example), with 0 activities,`);
    expect(rejected.stdout).toContain('Not confirmed.');
    expect(await placesOf(scene, ada)).toEqual(expect.arrayContaining(['athletes', 'tokens']));
    const typed = await erase(String(ada));
    expect(typed.exitCode, typed.stdout).toBe(0);
    expect(await placesOf(scene, ada)).toEqual([]);
  });

  it('erase ends with 2 and deletes nothing without a terminal and --yes', async () => {
    const scene = await openScene({ athletes });
    const { exitCode, stdout, stderr } = await scene.call('erase', '--athlete', String(ada));
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('give --yes');
    expect(await placesOf(scene, ada)).toEqual(['tokens']);
    const unnamed = await scene.run('erase', '--yes');
    expect(unnamed.exitCode).toBe(2);
    expect(unnamed.stderr).toContain("Required option '--athlete <id>' not specified");
    expect(scene.simulator.requests.entries).toHaveLength(0);
  });
});

describe.concurrent('erase beside a daemon', () => {
  const openScene = useScene();

  it('erase beside a daemon erases the athlete when the request in flight has ended, and nothing comes back', async () => {
    const scene = await openScene({ athletes, env: onceAYear });
    const match = { endpoint: 'streams', athleteId: ada } as const;
    const holding = scene.simulator.hold(match);
    const daemon = scene.launch(['start']);
    const held = await daemon.reach(holding);
    const erasing = scene.begin(erase);
    await erasing.shown(`is syncing athlete ${ada}`);
    expect(await scene.db.collection('activities').countDocuments()).toBeGreaterThan(0);
    held.release();
    const { exitCode, stdout, stderr } = await erasing.ended;
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain('is erased');
    await daemon.shown('Run done');
    expect(await placesOf(scene, ada)).toEqual([]);
    expect(await scene.differences(bob)).toEqual([]);
    daemon.kill('SIGTERM');
    expect((await daemon.ended).exitCode).toBe(0);
    expect(await placesOf(scene, ada)).toEqual([]);
  });

  it('erase beside a daemon erases an athlete while the daemon waits for the quota, and keeps the other athlete', async () => {
    const scene = await openScene({
      athletes: [athleteNamed('Ada', ada, 15), athleteNamed('Bob', bob, 15)],
      env: { ...onceAYear, STRAVA_QUOTA_SHORT: '10', STRAVA_QUOTA_SHORT_WINDOW: '24h' },
    });
    const daemon = scene.begin(['start']);
    await daemon.shown('Quota spent, waiting until');
    const activities = scene.db.collection('activities');
    expect(await activities.countDocuments()).toBe(30);
    const { exitCode, stderr } = await scene.call(...erase);
    expect(exitCode, stderr).toBe(0);
    expect(await placesOf(scene, ada)).toEqual([]);
    expect(await activities.countDocuments({ 'sync.athlete_id': bob })).toBe(15);
    const isStillHeld = { _id: `athlete:${bob}` as never, owner: { $exists: true } };
    expect(await scene.db.collection('leases').countDocuments(isStillHeld)).toBe(1);
    daemon.kill('SIGTERM');
    expect((await daemon.ended).exitCode).toBe(0);
    expect(await placesOf(scene, ada)).toEqual([]);
  });
});
