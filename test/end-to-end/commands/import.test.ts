import { rm, truncate, utimes } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { Long } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { gpxOf, startAt } from '../../features/import/fakes.ts';
import { scratchFolder, writeFolder, writeZip } from '../../support/bulk-export/pack.ts';
import type { Files } from '../../support/bulk-export/pack.ts';
import type { Scene } from '../../support/scene.ts';
import { athleteId, printedJson, useScene } from '../../support/scene.ts';
import { commandOn, startMongoProxy } from '../../support/mongodb/mongo-proxy.ts';

const openScene = useScene();
const open = (): Promise<Scene> => openScene({ activities: 1, isLoggedIn: false });
/** No application at Strava. */
const withoutStrava = { STRAVA_CLIENT_ID: '', STRAVA_CLIENT_SECRET: '' };

const header = 'id,date,name,type,description,elapsed,distance,commute,gear,file\n';
/** A ride of ten seconds at the time of {@link gpxOf}. */
const rowOf = (id: number, file: string): string =>
  `${id},${startAt.toISOString().slice(0, 19).replace('T', ' ')},Ride ${id},Ride,,10,111.2,false,,${file}\n`;
const profile = `Athlete ID,Email Address,First Name\n${athleteId},a@example.com,Ada\n`;

function exportOf(recordings: Readonly<Record<number, Uint8Array | undefined>>): Files {
  const files: Record<string, string | Uint8Array> = { 'profile.csv': profile };
  let table = header;
  for (const [id, bytes] of Object.entries(recordings)) {
    const path = `activities/9${id}.gpx`;
    table += rowOf(Number(id), bytes === undefined ? '' : path);
    if (bytes !== undefined) files[path] = bytes;
  }
  return { ...files, 'activities.csv': table };
}

const ride = exportOf({ 7: gpxOf() });

describe('import', () => {
  it('import stores an export without a login and without an application, and the same again changes nothing', async () => {
    const scene = await open();
    const path = await writeZip(exportOf({ 7: gpxOf(), 8: undefined, 9: gzipSync(gpxOf(30)) }));
    const first = await scene.runWith(withoutStrava, 'import', '--file', path);
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.stdout).toMatch(
      /^Imported 3 of 3 activities with 2 recordings \(1 cut to the activity, 1 by hand\) in \d+ (?:milli)?seconds?\.\nThe recordings need no requests, so descriptions, laps and segment efforts are fetched too, newest first\. To turn that off: SYNC_DETAILS=false\.\n$/,
    );
    const turnedOn = {
      'sync.details_choice.source': 'import',
      'sync.details_choice.is_wanted': true,
    };
    expect(await scene.db.collection('athletes').countDocuments(turnedOn)).toBe(1);
    expect(await scene.stored(7)).toMatchObject({
      name: 'Ride 7',
      start_date: startAt,
      sync: { source: 'export', streams: { state: 'stored', source: 'export' } },
    });
    const streams = await scene.db.collection('streams').findOne({ activity_id: 9 });
    expect(streams).toMatchObject({ source: 'export', sample_count: 11 });
    expect(streams?.['time']).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(scene.countedRequests()).toBe(0);

    const before = await scene.db.collection('activities').find().toArray();
    const again = await scene.callWith(withoutStrava, 'import', '--file', path);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stdout).toContain('3 activities were stored already, unchanged.');
    expect(await scene.db.collection('activities').find().toArray()).toEqual(before);
  });

  it('import writes nothing in a dry run, and says what it would do', async () => {
    const scene = await open();
    const path = await writeFolder(ride);
    const { exitCode, stdout } = await scene.call('import', '--file', path, '--dry-run');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^Would import 1 of 1 activity with 1 recording\. Nothing was written\.\nThe recordings .* would be fetched too/,
    );
    const env = { SYNC_DETAILS: 'false' };
    const dryRun = ['import', '--file', path, '--dry-run'];
    const without = await scene.callWith(env, ...dryRun);
    expect(without.stdout).toMatch(/Nothing was written\.\n$/);
    const json = await scene.callWith(env, ...dryRun, '--json');
    expect(printedJson(json)).toMatchObject({ dry_run: true, details_turned_on: false });
    expect(await scene.db.listCollections().toArray()).toEqual([]);
  });

  it('import names how many activities --sport leaves out because their sport is not known', async () => {
    const scene = await open();
    const unknown = rowOf(8, '').replace(',Ride,', ',Corsa,');
    const table = `${String(ride['activities.csv'])}${unknown}`;
    const path = await writeFolder({ ...ride, 'activities.csv': table });
    const result = await scene.call('import', '--file', path, '--sport', 'ride', '--dry-run');
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.stdout).toContain(
      '1 note:\n  --sport: the sport of 1 activity cannot be told from its name ("Corsa"); such activities are left out\n',
    );
  });

  it('import imports the exports of several times, whatever their order, and keeps what the newer one says', async () => {
    const scene = await open();
    const older = await writeFolder(ride);
    const renamed = String(ride['activities.csv']).replace('Ride 7', 'Over the hills');
    const newer = await writeFolder({ ...ride, 'activities.csv': renamed });
    // Files that are written one after the other can have the same time.
    const later = new Date(Date.now() + 60_000);
    await utimes(`${newer}/activities.csv`, later, later);
    const files = ['--file', newer, '--file', older];
    expect((await scene.call('import', ...files)).exitCode).toBe(0);
    expect(await scene.stored(7)).toMatchObject({ name: 'Over the hills' });
    const again = await scene.call('import', '--file', older);
    expect(again.stdout).toContain('1 activity was stored already, unchanged.');
    expect(await scene.stored(7)).toMatchObject({ name: 'Over the hills' });
    const broken = await writeFolder({ ...ride, 'activities.csv': `${renamed}x,y\n` });
    const several = await scene.call('import', '--file', older, '--file', broken);
    expect(several.exitCode).toBe(4);
    expect(several.stdout).toContain(`${broken}, activities.csv, row 3: `);
  });

  it('import names what the export does not explain, stores the rest, and ends with 4', async () => {
    const scene = await open();
    const path = await writeZip(exportOf({ 7: Buffer.from('no recording'), 8: gpxOf() }));
    const result = await scene.call('import', '--file', path, '--json');
    expect(result.exitCode).toBe(4);
    expect(printedJson(result)).toMatchObject({
      ...{ athlete: athleteId, activities: 2, added: 2, recordings: 1, left_to_api: 1 },
      details_turned_on: true,
      problems: [{ activity: 7, file: 'activities/97.gpx', explained: false }],
    });
    expect(await scene.stored(7)).toMatchObject({ sync: { streams: { state: 'pending' } } });
    expect(await scene.stored(8)).toMatchObject({ sync: { streams: { state: 'stored' } } });
    const again = await scene.call('import', '--file', path);
    expect(again.exitCode).toBe(4);
    expect(again.stdout).toContain(
      '\n  7 "Ride 7" (activities/97.gpx): the recording cannot be read',
    );
  });

  it('import takes an export that names no athlete only with --athlete, and no other than it names', async () => {
    const scene = await open();
    const nameless = await writeFolder(ride);
    await rm(`${nameless}/profile.csv`);
    const rejected = await scene.call('import', '--file', nameless);
    expect(rejected.exitCode).toBe(2);
    expect(rejected.stderr).toContain('give --athlete ID');
    expect((await scene.call('import', '--file', nameless, '--athlete', '5')).exitCode).toBe(0);
    expect(await scene.stored(7)).toMatchObject({ sync: { athlete_id: 5 } });
    const other = await scene.call('import', '--file', await writeFolder(ride), '--athlete', '5');
    expect(other.exitCode).toBe(2);
    expect(other.stderr).toContain(`is the export of athlete ${athleteId}, not of athlete 5`);
  });

  it('import finds a cut zip, another file and another folder before it opens the database', async () => {
    const scene = await open();
    const cut = await writeZip({ ...ride, 'media/1.jpg': Buffer.alloc(9_000, 7) });
    await truncate(cut, 2_000);
    const text = await writeZip(Buffer.from('no zip at all'));
    for (const [path, exitCode, message] of [
      [cut, 1, 'is cut or damaged. Download it again'],
      [text, 2, 'is no zip'],
      [await scratchFolder(), 2, 'has no activities.csv'],
    ] as const) {
      const result = await scene.call('import', '--file', path, '--file', await writeFolder(ride));
      expect(result.exitCode).toBe(exitCode);
      expect(result.stderr).toContain(message);
    }
    expect(await scene.db.listCollections().toArray()).toEqual([]);
  });

  it('import does not take an athlete from a process that syncs it: with --no-wait it ends with 75', async () => {
    const scene = await openScene({ activities: 2 });
    const path = await writeFolder(ride);
    const held = scene.simulator.hold({ endpoint: 'streams' });
    const sync = scene.launch(['sync']);
    const waiting = await sync.reach(held);
    const busy = await scene.call('import', '--file', path, '--no-wait');
    expect(busy.exitCode).toBe(75);
    expect(busy.stderr).toContain(`Process ${sync.pid} on `);
    const patient = scene.begin(['import', '--file', path]);
    await patient.shown('waiting until it is done');
    waiting.release();
    expect((await patient.ended).exitCode).toBe(0);
    expect((await sync.ended).exitCode).toBe(0);
  });

  it('import gets the athlete from a daemon that waits for the quota in a backfill', async () => {
    const quota = { STRAVA_QUOTA_SHORT: '10', STRAVA_QUOTA_SHORT_WINDOW: '24h' };
    const scene = await openScene({ activities: 40, env: quota });
    const path = await writeFolder(ride);
    const daemon = scene.begin(['start']);
    await daemon.shown('Quota spent, waiting until');
    const imported = await scene.run('import', '--file', path);
    expect(imported.exitCode, imported.stderr).toBe(0);
    expect(imported.stdout).toContain(`-- --no-details --athlete ${athleteId}, or SYNC_DETAILS`);
    expect(await scene.stored(7)).toMatchObject({ sync: { source: 'export' } });
    daemon.kill('SIGTERM');
    expect((await daemon.ended).exitCode).toBe(0);
  });

  it('import ends with 130 after Ctrl-C, says how far it is, and goes on from there', async () => {
    const scene = await open();
    const ids = Array.from({ length: 30 }, (_, index) => index + 1);
    const path = await writeZip(exportOf(Object.fromEntries(ids.map((id) => [id, gpxOf()]))));
    await using proxy = disposable(await startMongoProxy(scene.mongodb.uri));
    const isTenth = commandOn('insert', 'streams', (body) =>
      (body['documents'] as { activity_id: Long }[]).some(
        ({ activity_id }) => Number(activity_id) === 10,
      ),
    );
    const held = proxy.holdCommand(isTenth);
    const run = scene.launch(['import', '--file', path], { MONGODB_URI: proxy.uri });
    const waiting = await run.reach(held);
    run.kill('SIGINT');
    waiting.release();
    const { exitCode, stderr } = await run.ended;
    expect(exitCode, stderr).toBe(130);
    const [, done = ''] =
      /Interrupted: (\d+) of 30 activities are imported\. Run the same command again/.exec(
        stderr,
      ) ?? [];
    expect(Number(done)).toBe(await scene.db.collection('activities').countDocuments());
    expect(Number(done)).toBeLessThan(30);
    const rest = await scene.call('import', '--file', path);
    expect(rest.stdout).toContain('Imported 30 of 30 activities with 30 recordings');
    expect(rest.stdout).toContain(`${done} activities were stored already`);
  });
});

function disposable<T extends { close(): Promise<void> }>(thing: T): T & AsyncDisposable {
  return { ...thing, [Symbol.asyncDispose]: () => thing.close() };
}
