import { describe, expect, it } from 'vitest';
import { damages } from '../../../src/simulator/archive/damaged-files.ts';
import type { MadeArchive } from '../../../src/simulator/archive/make-archive.ts';
import type { RecordingChoice } from '../../../src/simulator/archive/recordings.ts';
import type { World } from '../../../src/simulator/world/world.ts';
import type { Content } from '../../support/bulk-export/content.ts';
import { contentOf } from '../../support/bulk-export/content.ts';
import { archiveOf } from '../../support/bulk-export/archive-of.ts';
import { importPoints, killImportAt } from '../../support/faults/killed-imports.ts';
import { unhurried, withMongoProxy } from '../../support/faults/killed-runs.ts';
import type { Scene } from '../../support/scene.ts';
import { athleteId, athleteNamed, printedJson, useScene } from '../../support/scene.ts';

const openScene = useScene();

/** The uploaded streams of an activity under the names of the database, from a crop's start on. */
function uploadedOf(world: World, id: number): ReadonlyMap<string, readonly (number | null)[]> {
  const recording = world.recording(id);
  if (recording === null) return new Map();
  const { latlng, ...others } = recording.streams;
  const degrees = (at: 0 | 1) =>
    latlng?.map((pair) => (pair as readonly [number, number] | null)?.[at] ?? null);
  const named = { ...others, ...(latlng && { lat: degrees(0), lng: degrees(1) }) };
  return new Map(Object.entries(named) as [string, (number | null)[]][]);
}

/** As the file has them; the rest is computed or Strava's own. */
const fileKeys = [
  'time',
  'lat',
  'lng',
  'altitude',
  'distance',
  'heartrate',
  'cadence',
  'watts',
  'temp',
];

/** The differences between the stored samples and those of the uploaded files. */
async function sampleDifferences(
  { db, simulator: { world } }: Scene,
  { activities }: MadeArchive,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { id, file } of activities) {
    const stored = await db.collection('streams').findOne({ activity_id: id });
    const uploaded = uploadedOf(world, id);
    if (stored === null) {
      if (uploaded.size > 0) found.push(`${id} is not stored`);
      continue;
    }
    const computed = (stored['computed'] as string[] | undefined) ?? [];
    for (const key of fileKeys) {
      // A TCX file has no temperature.
      if (computed.includes(key) || (key === 'temp' && file.includes('.tcx'))) continue;
      const samples = stored[key] as (number | null)[] | undefined;
      const expected = uploaded.get(key);
      if (
        !areEqual(
          key,
          samples ?? [],
          expected?.some((one) => one !== null) === true ? expected : [],
        )
      )
        found.push(`${id} ${key}: ${String(samples)} for ${String(expected)}`);
    }
  }
  return found;
}

/** In a FIT file, altitudes are rounded to 0.2 m and positions to 8e-8 degrees. */
const roundings: Readonly<Record<string, number>> = { altitude: 0.1, lat: 1e-6, lng: 1e-6 };

function areEqual(
  key: string,
  one: readonly (number | null)[],
  other: readonly (number | null)[],
): boolean {
  const within = (roundings[key] ?? 0) + 1e-9;
  return (
    one.length === other.length &&
    one.every((value, index) => {
      const expected = other[index] ?? null;
      if (value === null || expected === null) return value === expected;
      return Math.abs(value - expected) <= within;
    })
  );
}

const counts = ({ simulator: { requests } }: Scene) => ({
  streams: requests.count('streams'),
  list: requests.count('list'),
});

/** The local start of each activity that has one, by id. */
async function localStarts({ db }: Scene): Promise<Record<string, unknown>> {
  const found = await db
    .collection('activities')
    .find({ 'derived.local': { $exists: true } })
    .toArray();
  const local = (derived: unknown): unknown => (derived as { local: unknown }).local;
  return Object.fromEntries(found.map(({ _id, derived }) => [String(_id), local(derived)]));
}

describe('the import of an export, and the sync after it', () => {
  it('the import of an export, and the sync after it stores every sample of the files, and leaves the sync the list alone', async () => {
    const activities = 210;
    const athletes = [{ ...athleteNamed('Ada', athleteId, activities), years: 6 }];
    const scene = await openScene({ athletes });
    const archive = await archiveOf(scene);
    const imported = await scene.run('import', '--file', archive.path);
    expect(imported.exitCode, imported.stdout).toBe(0);
    expect(imported.stdout).toContain(`Imported ${activities} of ${activities} activities`);
    expect(await sampleDifferences(scene, archive)).toEqual([]);
    expect(scene.countedRequests()).toBe(0);
    const byCountry = await localStarts(scene);
    expect(Object.keys(byCountry).length).toBeGreaterThan(activities / 3);

    const synced = await scene.run('sync');
    expect(synced.exitCode, synced.stderr).toBe(0);
    expect(counts(scene)).toEqual({ streams: 0, list: Math.ceil(activities / 200) + 2 });
    const verified = await scene.call('verify');
    expect(verified.exitCode, verified.stdout).toBe(0);
    expect(await sampleDifferences(scene, archive)).toEqual([]);
    expect(await localStarts(scene)).toMatchObject(byCountry);
  });

  it('the import of an export, and the sync after it cuts what was cropped at Strava and what belongs to several activities', async () => {
    const scene = await openScene({ activities: 30 });
    const { world } = scene.simulator;
    const rows = world
      .activities(athleteId)
      .filter(
        ({ hasStreams, id }) => hasStreams && (world.streams(id)?.['time']?.length ?? 0) >= 20,
      );
    const [cropped, ...others] = rows.map(({ id }) => id);
    const legs = others.slice(0, 2);
    world.cropActivity(cropped ?? 0, { from: 0.1, to: 0.95 });
    const choice = { format: 'fit', multisport: legs } satisfies RecordingChoice;
    const recordings = new Map(legs.map((id) => [id, choice]));
    const { path } = await archiveOf(scene, { recordings });
    const result = await scene.call('import', '--file', path, '--json');
    expect(printedJson(result)).toMatchObject({ cut: 3, left_to_api: 0, problems: [] });
    for (const id of [cropped ?? 0, ...legs]) {
      const stored = await scene.db.collection('streams').findOne({ activity_id: id });
      expect(stored?.['time']).toEqual(world.streams(id)?.['time']);
      expect(stored?.['heartrate']).toEqual(world.streams(id)?.['heartrate']);
    }
    expect((await scene.call('sync')).exitCode).toBe(0);
    expect(counts(scene).streams).toBe(0);
  });

  it('the import of an export, and the sync after it names each kind of damaged file, stores the rest, and lets the sync ask for those recordings', async () => {
    const scene = await openScene({ activities: 60 });
    const { world } = scene.simulator;
    const ids = world
      .activities(athleteId)
      .filter(({ hasStreams, id }) => hasStreams && (world.streams(id)?.['time']?.length ?? 0) > 2)
      .map(({ id }) => id);
    const damaged = new Map(damages.map((damage, index) => [ids[index] ?? 0, { damage }] as const));
    const lost = ids[damages.length] ?? 0;
    const absent = ids[damages.length + 1] ?? 0;
    expect(damages.length).toBeGreaterThanOrEqual(20);
    const recordings = new Map<number, RecordingChoice | '#error#' | 'absent'>([
      ...damaged,
      [lost, '#error#'],
      [absent, 'absent'],
    ]);
    const { path } = await archiveOf(scene, { recordings });
    const result = await scene.call('import', '--file', path, '--json');
    expect(result.exitCode).toBe(4);
    const { problems, ...rest } = printedJson(result) as {
      problems: { activity: number; explained: boolean }[];
    };
    expect(rest).toMatchObject({ activities: 60, added: 60, left_to_api: damages.length + 2 });
    const named = [...damaged.keys(), absent].toSorted((one, other) => one - other);
    expect(problems.map(({ activity, explained }) => [activity, explained])).toEqual([
      ...named.map((id) => [id, false]),
      [lost, true],
    ]);
    const synced = await scene.call('sync');
    expect(synced.exitCode, synced.stderr).toBe(0);
    expect(scene.requestedStreams().toSorted()).toEqual([...named, lost].toSorted());
    expect((await scene.call('verify')).exitCode).toBe(0);
  });
});

describe('an import that is killed', () => {
  it('an import that is killed before and after each of its writes is completed by the next run, as an undisturbed one', async () => {
    const endsAt = new Date('2026-06-01T12:00:00Z');
    const athletes = [{ ...athleteNamed('Ada', athleteId, 30), endsAt }];
    const scene = await openScene({ athletes, isLoggedIn: false, env: unhurried });
    const stage = await withMongoProxy(scene);
    const { path } = await archiveOf(stage);
    try {
      for (const point of importPoints) await killImportAt(stage, path, { point, count: 3 });
    } finally {
      await stage.proxy.close();
    }
    expect((await stage.call('import', '--file', path)).exitCode).toBe(0);
    const calm = await openScene({ athletes, isLoggedIn: false });
    expect((await calm.call('import', '--file', path)).exitCode).toBe(0);
    expect(await contentOf(stage.db)).toEqual(await contentOf(calm.db));
  });
});

describe('an export in another language', () => {
  it('an export in another language gives the same documents in English, German, French, Spanish, Japanese and Korean', async () => {
    const endsAt = new Date('2026-06-01T12:00:00Z');
    const athletes = [{ ...athleteNamed('Ada', athleteId, 40), endsAt }];
    const contents: Content[] = [];
    for (const language of ['en', 'de', 'fr', 'es', 'ja', 'ko'] as const) {
      const scene = await openScene({ athletes, isLoggedIn: false, seed: 5 });
      const { path } = await archiveOf(scene, { language });
      const result = await scene.call('import', '--file', path);
      expect(result.exitCode, `${language}: ${result.stdout}`).toBe(0);
      contents.push(await contentOf(scene.db, ['export.row', 'export.digest']));
    }
    const [english, ...others] = contents;
    expect(english?.activities).toHaveLength(40);
    for (const other of others) expect(other).toEqual(english);
  });
});
