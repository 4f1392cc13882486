import type { Document } from 'mongodb';
import { describe, expect, it } from 'vitest';

import { rebuild } from '../../../src/features/rebuild/command.ts';
import { openDatabase } from '../../../src/main.ts';
import { athleteLease } from '../../../src/sync/ports/leases.ts';
import { UsageError } from '../../../src/errors.ts';
import type { TestProgram } from '../../support/command/program.ts';
import type { Rounds } from '../../support/rounds.ts';
import { useRounds } from '../../support/rounds.ts';
import { eventually } from '../../support/waiting.ts';
import { athleteNamed, useScene } from '../../support/scene.ts';

const openRounds = useRounds();
const openScene = useScene();

const athletes = [athleteNamed('Ada', 1001, 25), athleteNamed('Eva', 1002, 5)];

async function rebuilt(
  { program }: Rounds,
  { athlete, all, ...config }: { athlete?: string; all?: boolean; SYNC_TRACK?: string } = {},
): Promise<unknown> {
  const run = program(config);
  const options = { json: true, ...(athlete !== undefined && { athlete }), all: all === true };
  expect(await rebuild(run, options)).toBe(0);
  return JSON.parse(run.printed());
}

const activitiesOf = ({ db }: Rounds): Promise<Document[]> =>
  db.collection('activities').find().sort({ _id: 1 }).toArray();

/** Its clock is a minute later after each wait of less than a second. */
function ofLittlePatience(program: TestProgram): TestProgram {
  const { clock } = program;
  let skippedMs = 0;
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    await clock.sleep(ms, signal);
    if (ms < 1_000) skippedMs += 60_000;
  };
  const monotonicMs = (): number => clock.monotonicMs() + skippedMs;
  return { ...program, clock: { ...clock, monotonicMs, sleep } };
}

/** Without the lease of their last write. */
const routesOf = ({ db }: Rounds): Promise<Document[]> =>
  db
    .collection('routes')
    .find({}, { projection: { epoch: 0 } })
    .sort({ _id: 1 })
    .toArray();

describe('rebuild', () => {
  it('rebuild changes nothing after a sync, and restores lost values without requests to Strava', async () => {
    const rounds = await openRounds({ athletes });
    await rounds.round();
    const before = await activitiesOf(rounds);
    const routes = await routesOf(rounds);
    expect(routes.length).toBeGreaterThan(5);
    const requested = rounds.simulator.requests.entries.length;
    const all = {
      activities: 30,
      incomplete: 0,
      routes: routes.length,
      rerouted: 0,
      leftOut: [],
      stopped: false,
    };
    expect(await rebuilt(rounds)).toEqual({ ...all, rebuilt: 0, unchanged: 30 });
    expect(await rebuilt(rounds, { all: true })).toEqual({ ...all, rebuilt: 0, unchanged: 30 });
    expect(await routesOf(rounds)).toEqual(routes);

    const lost = { $unset: { derived: '', track: '', start_point: '' } };
    await rounds.db.collection('activities').updateMany({}, lost);
    expect(await rebuilt(rounds, { athlete: '1002' })).toMatchObject({ activities: 5 });
    expect(await activitiesOf(rounds)).not.toEqual(before);
    expect(await rebuilt(rounds)).toMatchObject({ activities: 30, routes: routes.length });
    expect(await activitiesOf(rounds)).toEqual(before);
    expect(await routesOf(rounds)).toEqual(routes);
    expect(rounds.simulator.requests.entries).toHaveLength(requested);

    const withGps = { 'derived.cells.1': { $exists: true } };
    const mapped = await rounds.db.collection('activities').countDocuments(withGps);
    await rebuilt(rounds, { SYNC_TRACK: 'streams' });
    const recorded = { 'sync.track_source': 'streams', track: { $exists: true } };
    expect(await rounds.db.collection('activities').countDocuments(recorded)).toBe(mapped);
    expect(mapped).toBeGreaterThan(5);
    const tracks = (await routesOf(rounds)).map(({ track }) => track as unknown);
    expect(tracks).not.toEqual(routes.map(({ track }) => track as unknown));
    await rebuilt(rounds);
    expect(await activitiesOf(rounds)).toEqual(before);
    expect(await routesOf(rounds)).toEqual(routes);
  });

  it('rebuild gives its routes to a history stored without them, once another process releases the athlete', async () => {
    const rounds = await openRounds({ athletes });
    await rounds.round();
    const without = { $unset: { 'derived.route': '' } };
    await rounds.db.collection('activities').updateMany({ 'sync.athlete_id': 1001 }, without);
    await rounds.db.collection('routes').deleteMany({ athlete_id: 1001 });
    const [run, stopped] = [rounds.program(), rounds.program()];
    const other = await openDatabase(rounds.program(), 5_000);
    const lease = await other.leases.tryAcquire(athleteLease(1001));
    const isWaiting = (one: TestProgram) =>
      eventually(() => Promise.resolve(one.logged().includes('waiting until it is done')));
    const interrupted = rebuild(stopped, { json: false });
    await isWaiting(stopped);
    stopped.stop();
    expect(await interrupted).toBe(0);
    expect(stopped.printed()).toMatch(/: 0 activities matched anew\.\nStopped, before all routes /);
    const waiting = rebuild(run, { json: false });
    await isWaiting(run);
    if ('epoch' in lease) await lease.release();
    expect(await waiting).toBe(0);
    await other.close();
    expect(run.printed()).toMatch(
      /^30 activities checked:.*\n\d+ routes: \d+ activities matched anew\.\n$/,
    );
    const onRoute = { track: { $exists: true }, 'derived.route': { $exists: true } };
    expect(await rounds.db.collection('activities').countDocuments(onRoute)).toBe(
      await rounds.db.collection('activities').countDocuments({ track: { $exists: true } }),
    );
    expect(await rebuilt(rounds)).toMatchObject({ rerouted: 0 });
  });

  it('rebuild goes on with the other athletes where another process keeps one for a minute, and ends with 75', async () => {
    const rounds = await openRounds({ athletes });
    await rounds.round();
    const routes = await routesOf(rounds);
    const without = { $unset: { 'derived.route': '' } };
    await rounds.db.collection('activities').updateMany({}, without);
    await rounds.db.collection('routes').deleteMany({});
    const other = await openDatabase(rounds.program(), 5_000);
    const lease = await other.leases.tryAcquire(athleteLease(1001));
    const run = ofLittlePatience(rounds.program());
    const json = ofLittlePatience(rounds.program());
    expect(await rebuild(run, { json: false })).toBe(75);
    expect(run.printed()).toMatch(
      /^30 activities checked:.*\n\d+ routes: \d+ activities matched anew\.\nProcess \d+ on \S+ is syncing athlete 1001\. Its routes were not all compared again: run the same command again later, or stop that process first\.\n$/,
    );
    const ofEva = routes.filter(({ athlete_id }) => Number(athlete_id) === 1002);
    expect(await rounds.db.collection('routes').countDocuments()).toBe(ofEva.length);
    expect(await rebuild(json, { json: true })).toBe(75);
    const leftOut = [{ athlete: 1001, reason: expect.stringContaining('athlete 1001') as string }];
    expect(JSON.parse(json.printed())).toMatchObject({ routes: ofEva.length, leftOut });
    if ('epoch' in lease) await lease.release();
    await other.close();
    expect(await rebuilt(rounds)).toMatchObject({ routes: routes.length, leftOut: [] });
  });

  it('rebuild changes nothing after a sync with SYNC_TRACK=streams', async () => {
    const rounds = await openRounds({ athletes });
    await rounds.round({ SYNC_TRACK: 'streams' });
    const nothing = { rebuilt: 0, unchanged: 30 };
    expect(await rebuilt(rounds, { SYNC_TRACK: 'streams' })).toMatchObject(nothing);
    expect(await rounds.differences()).toEqual([]);
  });

  it('rebuild reads no recording that this version has worked out, and with --all each of them', async () => {
    const rounds = await openRounds({ athletes });
    await rounds.round();
    const { db } = rounds;
    const before = await activitiesOf(rounds);
    const byHand = { 'derived.max_heartrate': 299 };
    const marked = { 'derived.max_heartrate': { $exists: true } };
    const { modifiedCount } = await db
      .collection('activities')
      .updateMany(marked, { $set: byHand });
    expect(modifiedCount).toBeGreaterThan(5);
    await db.command({ profile: 2 });
    expect(await rebuilt(rounds)).toMatchObject({ rebuilt: 0, unchanged: 30 });
    await db.command({ profile: 0 });
    const reads = { ns: `${db.databaseName}.streams` };
    expect(await db.collection('system.profile').countDocuments(reads)).toBe(0);
    const all = { rebuilt: modifiedCount, unchanged: 30 - modifiedCount };
    expect(await rebuilt(rounds, { all: true })).toMatchObject(all);
    expect(await activitiesOf(rounds)).toEqual(before);

    const older = { $set: { 'derived.version': 1 } };
    await db.collection('activities').updateMany({ derived: { $exists: true } }, older);
    await rebuilt(rounds);
    expect(await activitiesOf(rounds)).toEqual(before);
  });

  it('rebuild rejects an athlete without activities', async () => {
    const rounds = await openRounds({ athletes });
    await rounds.round();
    const unknown = rebuild(rounds.program(), { athlete: '7', json: false });
    await expect(unknown).rejects.toThrow(UsageError);
    await expect(unknown).rejects.toThrow('there are some of 1001, 1002');
  });

  it('rebuild needs no client settings', async () => {
    const scene = await openScene({ athletes: [] });
    const bare = { STRAVA_CLIENT_ID: '', STRAVA_CLIENT_SECRET: '' };
    const { exitCode, stdout } = await scene.runWith(bare, 'rebuild');
    expect([exitCode, stdout]).toEqual([
      0,
      '0 activities checked: 0 rebuilt, 0 already correct.\n',
    ]);
    expect(await scene.callWith(bare, 'rebuild', '--athlete', 'x')).toMatchObject({ exitCode: 2 });
  });
});
