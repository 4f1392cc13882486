import { Long } from 'mongodb';
import type { Document } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { sync } from '../../../src/features/sync/command.ts';
import { verify } from '../../../src/features/verify/command.ts';
import type { VerifyOptions } from '../../../src/features/verify/command.ts';
import { DomestiqueError } from '../../../src/errors.ts';
import { createTestProgram } from '../../support/command/program.ts';
import { logIn } from '../../support/mirror.ts';
import type { Scene } from '../../support/scene.ts';
import { athleteId, athleteNamed, storedIds, trueIds, useScene } from '../../support/scene.ts';

interface Report {
  readonly athletes: readonly {
    readonly isProven: boolean;
    readonly listed: number;
    readonly stored: number;
    readonly differences: Readonly<Record<string, readonly number[]>>;
    readonly found?: Readonly<Record<string, readonly number[]>>;
    readonly rejectedDeletions?: string;
  }[];
}

const once = { wait: true, dryRun: false, retryParked: false, json: false };
const plain = { fix: false, acceptDeletions: false, wait: true, json: false };

function programOf({ mongodb, simulator, env }: Scene) {
  return createTestProgram({ mongodb, strava: simulator, config: { ...env, LOG_LEVEL: 'silent' } });
}

/** A synced scene whose sync requests are not counted. */
async function synced(scene: Scene): Promise<Scene> {
  const program = programOf(scene);
  expect(await sync(program, once), program.printed()).toBe(0);
  scene.simulator.requests.clear();
  return scene;
}

/** `verify` inside this process, called as from the command line, but faster. */
async function run(scene: Scene, options: Partial<VerifyOptions> = {}) {
  const program = programOf(scene);
  try {
    const exitCode = await verify(program, { ...plain, ...options });
    return { exitCode, stdout: program.printed() };
  } catch (error) {
    if (!(error instanceof DomestiqueError)) throw error;
    return { exitCode: error.exitCode, stdout: error.message };
  }
}

async function runJson(scene: Scene, options: Partial<VerifyOptions> = {}) {
  const { exitCode, stdout } = await run(scene, { ...options, json: true });
  const [report] = (JSON.parse(stdout) as Report).athletes;
  if (report === undefined) throw new Error(stdout);
  return { exitCode, report };
}

function endpointsAsked({ simulator }: Scene): readonly string[] {
  const counted = simulator.requests.entries.filter(({ isCounted }) => isCounted);
  return counted.map(({ endpoint, activityId }) => `${endpoint} ${activityId ?? ''}`.trim()).sort();
}

/** All data except the bookkeeping of requests, tokens and leases. */
async function contents({ db }: Scene): Promise<string> {
  const names = ['activities', 'streams', 'athletes', 'runs', 'changes', 'tombstones', 'parked'];
  const found = await Promise.all(
    names.map((name) => db.collection(name).find().sort({ _id: 1 }).toArray()),
  );
  return JSON.stringify(found);
}

const one = (id: number) => ({ _id: Long.fromNumber(id) as never });
const partsOf = (id: number) => ({ activity_id: Long.fromNumber(id) });

/** Plants ten differences on different activities; returns the expected findings. */
async function plantTen({ db, simulator }: Scene): Promise<Record<string, number[]>> {
  const activities = db.collection('activities');
  const streams = db.collection('streams');
  const [removed, renamed, moved, added, edited, cut, shortened, lost, shown] = simulator.world
    .activities(athleteId)
    .filter(({ hasStreams }) => hasStreams)
    .map(({ id }) => id) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const manual = simulator.world.activities(athleteId).find(({ isManual }) => isManual);
  if (manual === undefined) throw new Error('No activity that was entered by hand.');

  // 1 and 2: an activity is removed from the database, but not its streams.
  await activities.deleteOne(one(removed));
  // 3: changed by hand, with an unchanged fingerprint.
  await activities.updateOne(one(renamed), { $set: { name: 'By hand' } });
  // 4: a track that does not belong to the record.
  const track = {
    type: 'LineString',
    coordinates: [
      [1, 1],
      [2, 2],
    ],
  };
  await activities.updateOne(one(moved), { $set: { track } });
  // 5: stored, but not at Strava.
  const copy = (await activities.findOne(one(added))) as Document;
  const extra = 1_234_567_890_123;
  const bookkeeping = copy['sync'] as Document;
  const sync = { ...bookkeeping, streams: { state: 'none', tries: 0 } };
  await activities.insertOne({ ...copy, _id: Long.fromNumber(extra) as never, id: extra, sync });
  // 6: edited at Strava.
  simulator.world.editActivity(edited, { name: 'Edited' });
  // 7: a part is missing.
  await streams.deleteOne(partsOf(cut));
  // 8: an array is shorter than the others.
  await streams.updateOne(partsOf(shortened), { $pop: { time: 1 } });
  // 9: streams of an activity without streams.
  const part = await streams.findOne(partsOf(shown), { projection: { _id: 0 } });
  await streams.insertOne({ ...part, activity_id: Long.fromNumber(manual.id) });
  // 10: never fetched.
  await activities.updateOne(one(lost), {
    $set: {
      'sync.streams': { state: 'parked', tries: 5, next_try_at: new Date(Date.now() + 1e8) },
    },
  });
  return {
    missing: [removed],
    orphanStreams: [removed],
    stale: [renamed, moved, edited],
    extra: [extra],
    brokenStreams: [cut, shortened],
    unexpectedStreams: [manual.id],
    pendingStreams: [lost],
  };
}

function sortedIds(differences: Readonly<Record<string, unknown>>, kinds: readonly string[]) {
  return Object.fromEntries(
    kinds.map((kind) => [kind, [...((differences[kind] ?? []) as number[])].sort((a, b) => a - b)]),
  );
}

describe.concurrent('verify', () => {
  const openScene = useScene();

  it('verify prints the proof, requests only the list, and writes nothing', async () => {
    const scene = await synced(
      await openScene({ activities: 230, env: { SYNC_STREAMS: 'false' } }),
    );
    const before = await contents(scene);
    const { exitCode, stdout } = await run(scene);
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toBe(
      `Athlete ${athleteId}: 230 of 230 activities, streams are not kept, 0 missing, 0 stale.\n`,
    );
    expect(endpointsAsked(scene)).toEqual(['list', 'list', 'list', 'list']);
    expect(await contents(scene)).toBe(before);
  });

  it('verify finds each of ten planted differences, and repairs them with --fix', async () => {
    const scene = await openScene({ activities: 29 });
    const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000);
    scene.simulator.world.addActivity(athleteId, { manual: true }, { startAt: twoDaysAgo });
    await synced(scene);
    const planted = await plantTen(scene);
    const kinds = Object.keys(planted);
    const before = await contents(scene);

    const seen = await runJson(scene);
    expect(seen.exitCode).toBe(4);
    expect(sortedIds(seen.report.differences, kinds)).toEqual(sortedIds(planted, kinds));
    expect(seen.report).toMatchObject({ isProven: false, listed: 30, stored: 29 });
    expect(await contents(scene)).toBe(before);
    expect(endpointsAsked(scene)).toEqual(['list', 'list', 'list']);

    scene.simulator.requests.clear();
    const repaired = await scene.run('verify', '--fix');
    expect(repaired.exitCode, repaired.stderr + repaired.stdout).toBe(0);
    expect(repaired.stdout).toContain('30 of 30 activities');
    expect(repaired.stdout).toContain('0 missing, 0 stale.');
    const {
      missing = [],
      brokenStreams = [],
      unexpectedStreams = [],
      pendingStreams = [],
    } = planted;
    const fetched = [...missing, ...brokenStreams, ...unexpectedStreams, ...pendingStreams];
    const [extra = 0] = planted['extra'] ?? [];
    // During its removal its streams are due for a moment, and may be requested without result.
    const requested = endpointsAsked(scene).filter((one) => one !== `streams ${extra}`);
    expect(requested).toEqual(
      ['list', 'list', 'list', ...fetched.map((id) => `streams ${id}`), `activity ${extra}`].sort(),
    );
    expect(await scene.differences()).toEqual([]);
    expect(await scene.db.collection('tombstones').findOne()).toMatchObject({ why: 'deleted' });

    const again = await run(scene);
    const withStreams = 30 - (planted['unexpectedStreams'] ?? []).length;
    expect(again).toEqual({
      exitCode: 0,
      stdout: `Athlete ${athleteId}: 30 of 30 activities, ${withStreams} with streams, ${30 - withStreams} without by nature, 0 missing, 0 stale.\n`,
    });
  });

  it('verify fills an empty database with --fix, with details, and counts as a reconcile', async () => {
    const scene = await openScene({ activities: 5, env: { SYNC_DETAILS: 'true' } });
    const empty = await run(scene);
    expect(empty.exitCode).toBe(4);
    expect(empty.stdout).toContain('0 of 5 activities');
    expect(empty.stdout).toContain('missing: 5 (');
    expect(await storedIds(scene.db)).toEqual([]);
    const repaired = await run(scene, { fix: true });
    expect(repaired.exitCode, repaired.stdout).toBe(0);
    const isThere = { laps: { $exists: true }, 'sync.streams.state': { $ne: 'pending' } };
    expect(await scene.db.collection('activities').countDocuments(isThere)).toBe(5);
    const athlete = await scene.db.collection('athletes').findOne(one(athleteId));
    const { reconciled_at: at } = athlete?.['sync'] as { reconciled_at: Record<string, Date> };
    expect(at['full']).toBeInstanceOf(Date);
    expect(at['recent']).toEqual(at['full']);
    const pending = { 'sync.details': { state: 'pending', tries: 0 } };
    await scene.db.collection('activities').updateOne({}, { $set: pending });
    const lacking = await run(scene);
    expect(lacking).toMatchObject({ exitCode: 4 });
    expect(lacking.stdout).toContain('details not there yet: 1');
  });

  it('verify ends with 75 with --no-wait where the quota is spent', async () => {
    const env = { STRAVA_QUOTA_SHORT: '1', STRAVA_QUOTA_SHORT_WINDOW: '24h' };
    const scene = await openScene({ env });
    const { exitCode, stdout } = await run(scene, { wait: false });
    expect(exitCode).toBe(75);
    expect(stdout).toContain('The quota is spent until');
  });

  it('verify ends with 3 without a login or with a rejected one, and compares the others', async () => {
    const athletes = [athleteNamed('Ada', athleteId, 3), athleteNamed('Bob', 1002, 3)];
    const scene = await openScene({ athletes, isLoggedIn: false });
    expect((await run(scene)).exitCode).toBe(3);
    await logIn(scene.db, scene.simulator, athleteId);
    const login = { refresh_token: 'rejected', access_token: 'x', expires_at: new Date(0) };
    await scene.db.collection('tokens').insertOne({ ...one(1002), ...login });
    const { exitCode, stdout } = await run(scene);
    expect(exitCode, stdout).toBe(3);
    expect(stdout).toContain(`Athlete ${athleteId}: 0 of 3 activities`);
    expect(stdout).toContain('Athlete 1002: ');
    expect(await run(scene, { athlete: String(athleteId) })).toMatchObject({ exitCode: 4 });
  });
});

describe.concurrent('verify --fix with a suspicious list', () => {
  const openScene = useScene();

  it('verify --fix with a suspicious list deletes nothing when the list is empty', async () => {
    const scene = await synced(await openScene());
    scene.simulator.faults.next('empty-list', 3, { endpoint: 'list' });
    const { exitCode, report } = await runJson(scene, { fix: true });
    expect(exitCode).toBe(4);
    expect(report.rejectedDeletions).toBe('all');
    expect(report.differences['extra']).toHaveLength(30);
    expect(await storedIds(scene.db)).toEqual(trueIds(scene.simulator));
    const athlete = await scene.db.collection('athletes').findOne(one(athleteId));
    expect(athlete?.['sync']).toMatchObject({ rejected_deletions: { reason: 'all', missing: 30 } });

    scene.simulator.requests.clear();
    scene.simulator.faults.clear();
    scene.simulator.faults.next('empty-list', 3, { endpoint: 'list' });
    const accepted = await run(scene, { acceptDeletions: true });
    expect(accepted.exitCode, accepted.stdout).toBe(0);
    expect(await scene.differences()).toEqual([]);
    expect(scene.simulator.requests.count('activity')).toBe(30);
  });

  it('verify --fix with a suspicious list deletes nothing when the list is truncated or fails', async () => {
    const scene = await synced(
      await openScene({ activities: 205, env: { SYNC_STREAMS: 'false' } }),
    );
    const isLater = (entry: { endpoint: string; query: URLSearchParams }): boolean =>
      entry.endpoint === 'list' && entry.query.has('before');
    scene.simulator.faults.next('empty-list', 5, isLater);
    const cut = await run(scene, { fix: true });
    expect(cut.exitCode, cut.stdout).toBe(0);
    expect(scene.simulator.requests.count('activity')).toBe(5);
    expect(await storedIds(scene.db)).toEqual(trueIds(scene.simulator));

    scene.simulator.faults.clear();
    scene.simulator.faults.next('wrong-shape', 1, isLater);
    const failed = await run(scene, { fix: true });
    expect(failed.exitCode).toBe(1);
    scene.simulator.faults.clear();
    scene.simulator.faults.next('truncated', 1, isLater);
    scene.simulator.requests.clear();
    const torn = await run(scene, { acceptDeletions: true });
    expect(torn.exitCode, torn.stdout).toBe(0);
    expect(scene.simulator.requests.count('activity')).toBe(0);
    expect(await storedIds(scene.db)).toEqual(trueIds(scene.simulator));
  });

  it('verify --fix with a suspicious list rejects to remove everything until that is accepted', async () => {
    const scene = await synced(await openScene({ activities: 12 }));
    for (const id of trueIds(scene.simulator)) scene.simulator.world.deleteActivity(id);
    const rejected = await run(scene, { fix: true });
    expect(rejected.exitCode).toBe(4);
    expect(rejected.stdout).toContain("12 stored activities are not in Strava's list.");
    expect(rejected.stdout).toContain('npm run verify -- --accept-deletions');
    expect(await storedIds(scene.db)).toHaveLength(12);
    expect(scene.simulator.requests.count('activity')).toBe(0);

    const accepted = await run(scene, { acceptDeletions: true });
    expect(accepted.exitCode, accepted.stdout).toBe(0);
    expect(scene.simulator.requests.count('activity')).toBe(12);
    expect(await storedIds(scene.db)).toEqual([]);
    expect(await scene.db.collection('streams').countDocuments()).toBe(0);
    expect(await scene.db.collection('tombstones').countDocuments()).toBe(12);
    const athlete = await scene.db.collection('athletes').findOne(one(athleteId));
    expect((athlete?.['sync'] as Document)['rejected_deletions']).toBeUndefined();
  });

  it('verify --fix with a suspicious list removes activities invisible to a login only if accepted', async () => {
    const scene = await synced(await openScene({ activities: 12 }));
    const [gone = 0] = trueIds(scene.simulator);
    scene.simulator.world.deleteActivity(gone);
    await scene.db
      .collection('tokens')
      .updateOne(one(athleteId), { $set: { scope: ['read', 'activity:read'] } });
    const { exitCode, report } = await runJson(scene, { fix: true });
    expect(exitCode).toBe(4);
    expect(report.rejectedDeletions).toBe('scope');
    expect(await scene.stored(gone)).not.toBeNull();
    const accepted = await run(scene, { acceptDeletions: true });
    expect(accepted.exitCode, accepted.stdout).toBe(0);
    expect(await scene.stored(gone)).toBeNull();
  });
});

describe.concurrent('verify beside other processes', () => {
  const openScene = useScene();

  it('verify beside other processes does not report an upload that another process stores meanwhile', async () => {
    const scene = await synced(await openScene());
    // The last request of a pagination reads the oldest page again.
    const holding = scene.simulator.hold(
      ({ endpoint, query }) =>
        endpoint === 'list' && query.has('before') && query.get('page') === '1',
    );
    const verifying = run(scene);
    const held = await holding;
    const late = scene.simulator.world.addActivity(
      athleteId,
      {},
      { startAt: new Date(Date.now() - 30 * 86_400_000), samples: 20 },
    );
    await sync(programOf(scene), once);
    expect(await scene.stored(late)).not.toBeNull();
    held.release();
    const { exitCode, stdout } = await verifying;
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toContain('30 of 30 activities');
  });

  it('verify beside other processes waits for the lease holder before it repairs, or ends with 75', async () => {
    const scene = await synced(await openScene());
    await scene.db.collection('activities').deleteOne(one(trueIds(scene.simulator)[0] ?? 0));
    const holding = scene.simulator.hold({ endpoint: 'list' });
    const syncing = sync(programOf(scene), once);
    const held = await holding;
    const failingOnQuota = await run(scene, { fix: true, wait: false });
    expect(failingOnQuota.exitCode, failingOnQuota.stdout).toBe(75);
    expect(failingOnQuota.stdout).toContain('is being synced by process');
    const waiting = scene.begin(['verify', '--fix']);
    await waiting.shown('waiting until it is done');
    held.release();
    expect(await syncing).toBe(0);
    const { exitCode, stdout } = await waiting.ended;
    expect(exitCode, stdout).toBe(0);
    expect(await scene.differences()).toEqual([]);
  });
});
