import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Long } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportActivities } from '../../../src/features/export/command.ts';
import type { ExportOptions } from '../../../src/features/export/options.ts';
import { DomestiqueError } from '../../../src/errors.ts';
import {
  csvRecords,
  readGpx,
  readGpxTracks,
} from '../../features/shared/recording-files/readers.ts';
import { createTestProgram } from '../../support/command/program.ts';
import type { Scene } from '../../support/scene.ts';
import { athleteId, useScene } from '../../support/scene.ts';
import type { ExportScene } from './export-scene.ts';
import { asJson, exactId, openExportScene, otherAthleteId, pointsOf } from './export-scene.ts';

const withoutClient = { STRAVA_CLIENT_ID: '', STRAVA_CLIENT_SECRET: '' };

describe.concurrent('export', () => {
  const openScene = useScene();
  let scene: Scene;
  let ids: ExportScene['ids'];
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'domestique-export-'));
    ({ scene, ids } = await openExportScene(openScene));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    expect(scene.simulator.requests.entries, 'requests made to Strava').toEqual([]);
  });

  /** Exports without a client, as somebody who only has the database. */
  const run = (...args: string[]) => scene.runWith(withoutClient, 'export', ...args);

  /** The same without its own process. */
  async function inProcess(options: ExportOptions) {
    const program = createTestProgram({ mongodb: scene.mongodb });
    const exitCode = await exportActivities(program, options);
    return { exitCode, printed: program.printed() };
  }

  async function exported(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await scene.callWith(withoutClient, 'export', ...args);
    expect(exitCode, stderr).toBe(0);
    return stdout;
  }

  const truth = () =>
    [athleteId, otherAthleteId].flatMap((athlete) => scene.simulator.world.activities(athlete));
  const streamsOf = (id: number) => scene.simulator.world.streams(id) ?? {};
  const withPositions = (atLeast: number) =>
    truth().filter(({ id }) => {
      const found = (streamsOf(id)['latlng'] ?? []).filter((pair) => pair !== null);
      return found.length >= atLeast;
    });

  it("export writes one activity as GPX on stdout with Strava's data", async () => {
    const { stdout, stderr } = await run('--format', 'gpx', '--activity', String(ids.full));
    expect(stderr).toBe('');
    const [track] = await readGpx([stdout]);
    expect(track).toMatchObject({ name: 'Everything', type: 'Ride' });
    expect(track?.points).toHaveLength(5);
    expect(track?.points).toEqual(pointsOf(scene.simulator, ids.full));
  });

  it('export writes a folder of GPX files with safe names, one for each activity with positions', async () => {
    const out = join(folder, 'tracks');
    const { exitCode, stdout, stderr } = await run('--format', 'gpx', '--out', out);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toBe('');
    const wanted = withPositions(1);
    const files = await readdir(out);
    expect(wanted.length).toBeGreaterThan(4);
    expect(files).toHaveLength(wanted.length);
    const documents = files.map((file) => readFile(join(out, file), 'utf8'));
    const tracks = await readGpx(await Promise.all(documents));
    for (const { id } of wanted) {
      const index = files.findIndex((name) => name.includes(String(id)));
      expect(files[index]).toMatch(/^\d{4}-\d\d-\d\d-\d+(-[\p{L}\p{N}-]+)?\.gpx$/u);
      expect(tracks[index]?.points).toEqual(pointsOf(scene.simulator, id));
      if (id !== ids.hostile) continue;
      expect(files[index]).toMatch(/-etc-passwd\.gpx$/);
      expect(tracks[index]?.name).toBe('../../etc/passwd<&"');
    }
    const left = truth().length - wanted.length;
    expect(left).toBeGreaterThan(1);
    expect(stderr).toContain(`${wanted.length} activities exported to ${out}.`);
    expect(stderr).toContain(`${left} activities were left out because of missing position data.`);
  });

  it('export writes the activities that --since, --until and --sport choose, as list does', async () => {
    const byStart = truth().toSorted((one, other) => Number(one.startAt) - Number(other.startAt));
    const day = (index: number) => byStart[index]?.startAt.toISOString().slice(0, 10) ?? '';
    const args = ['--since', day(1), '--until', day(byStart.length - 3), '--sport', 'ride'];
    const lines = (await exported('--format', 'ndjson', ...args)).split('\n').filter(Boolean);
    const list = await scene.callWith(withoutClient, 'list', '--json', '--limit', '99', ...args);
    const idsOf = (all: readonly unknown[]) => all.map((one) => (one as { id: number }).id).sort();
    const listed = (JSON.parse(list.stdout) as { _id: number }[]).map(({ _id }) => _id).sort();
    expect(idsOf(lines.map((line) => JSON.parse(line) as unknown))).toEqual(listed);
    expect(listed.length).toBeGreaterThan(0);
    expect(listed.length).toBeLessThan(truth().length - 2);
  });

  it('export writes GeoJSON since a day', async () => {
    const text = await exported('--format', 'geojson', '--since', '2016', '--athlete', '1001');
    const { type, features } = JSON.parse(text) as {
      type: string;
      features: {
        id: number;
        geometry: { type: string; coordinates: number[][] };
        properties: Record<string, unknown>;
      }[];
    };
    expect(type).toBe('FeatureCollection');
    const mine = new Set(scene.simulator.world.activities(athleteId).map(({ id }) => id));
    const wanted = withPositions(2).filter(({ id }) => mine.has(id) && id !== ids.old);
    expect(features.map(({ id }) => id).sort()).toEqual(wanted.map(({ id }) => id).sort());
    for (const { id, geometry, properties } of features) {
      const points = pointsOf(scene.simulator, id);
      const line = points.map(({ lat, lon, ele }) => [
        lon,
        lat,
        ...(ele === undefined ? [] : [ele]),
      ]);
      expect(geometry).toEqual({ type: 'LineString', coordinates: line });
      expect(properties['coordTimes']).toEqual(points.map(({ time }) => time));
      expect(properties['name']).toBe(scene.simulator.world.summary(id).name);
      if (!streamsOf(id)['heartrate']) continue;
      expect(properties['heartrate']).toEqual(points.map(({ hr }) => hr ?? null));
    }
  });

  it('export writes CSV into a file with a row for each sample', async () => {
    const out = join(folder, 'samples.csv');
    await exported('--out', out);
    const rows = csvRecords(await readFile(out, 'utf8'));
    const byId = Map.groupBy(rows, (row) => Number(row['activity_id']));
    const recorded = truth().filter(({ hasStreams }) => hasStreams);
    expect([...byId.keys()].sort()).toEqual(recorded.map(({ id }) => id).sort());
    for (const { id } of recorded) {
      const { time = [], heartrate, temp, watts } = streamsOf(id);
      const column = (name: string) => byId.get(id)?.map((row) => row[name]);
      const cells = (data: readonly unknown[] | undefined) =>
        time.map((_, index) => (typeof data?.[index] === 'number' ? String(data[index]) : ''));
      expect(column('elapsed_s')).toEqual(cells(time));
      expect(column('heartrate_bpm')).toEqual(cells(heartrate));
      expect(column('temperature_c')).toEqual(cells(temp));
      expect(column('power_w')).toEqual(cells(watts));
    }
    const full = byId.get(ids.full)?.filter((row) => row['latitude_deg'] !== '') ?? [];
    expect(full.map((row) => [Number(row['latitude_deg']), row['time_utc']])).toEqual(
      pointsOf(scene.simulator, ids.full).map(({ lat, time }) => [lat, time]),
    );
  });

  it('export replaces no file without --force', async () => {
    const out = join(folder, 'older.csv');
    const tracks = join(folder, 'kept');
    await writeFile(out, 'older');
    const rejected = await run('--out', out);
    expect(rejected).toMatchObject({ exitCode: 2, stdout: '' });
    expect(rejected.stderr).toBe(`${out} exists already: --force replaces it.\n`);
    expect(await readFile(out, 'utf8')).toBe('older');
    await exported('--out', out, '--force');
    expect(await readFile(out, 'utf8')).toMatch(/^activity_id,/);

    await exported('--format', 'gpx', '--out', tracks);
    const [first = '', ...others] = await readdir(tracks);
    await writeFile(join(tracks, first), 'older');
    const again = await run('--format', 'gpx', '--out', tracks);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stderr).toContain(
      `${others.length + 1} files were there already and stay: --force replaces them.`,
    );
    expect(await readFile(join(tracks, first), 'utf8')).toBe('older');
    await exported('--format', 'gpx', '--out', tracks, '--force');
    expect(await readFile(join(tracks, first), 'utf8')).toMatch(/^<\?xml/);
  });

  it('export writes a GPX file of several tracks, as the ending of its name says', async () => {
    const out = join(folder, 'all.gpx');
    const { exitCode, stderr } = await run('--out', out, '--athlete', '1001');
    expect(exitCode, stderr).toBe(0);
    const [tracks = []] = await readGpxTracks([await readFile(out, 'utf8')]);
    const mine = new Set(scene.simulator.world.activities(athleteId).map(({ id }) => id));
    const wanted = withPositions(1).filter(({ id }) => mine.has(id));
    const links = wanted.map(({ id }) => `https://www.strava.com/activities/${id}`);
    expect(tracks.map(({ link }) => link).sort()).toEqual(links.sort());
    expect(stderr).toContain(`${wanted.length} activities exported to ${out}.`);
  });

  it('export leaves the places of --hide and EXPORT_HIDE out of every format', async () => {
    const places = { EXPORT_HIDE: '48.2,16.3,0.5' };
    const hidden = ['--activity', String(ids.full), '--hide', '48.2002,16.3,3'];
    const all = await Promise.all(
      ['gpx', 'geojson', 'csv', 'ndjson'].map((format) =>
        scene.runWith(places, 'export', '--format', format, ...hidden),
      ),
    );
    for (const { exitCode, stdout, stderr } of all) {
      expect({ exitCode, stderr }).toEqual({
        exitCode: 0,
        stderr: '3 samples in hidden places left out.\n',
      });
      expect(stdout).not.toMatch(/48\.2(0*\D|002\D)/);
    }
    const [track] = await readGpx([all[0]?.stdout ?? '']);
    const points = pointsOf(scene.simulator, ids.full);
    expect(track?.points).toEqual([points[1], points[2]]);
    const wrong = await run('--format', 'csv', '--hide', '-48.2,16.3');
    expect(wrong).toMatchObject({ exitCode: 2, stdout: '' });
    expect(wrong.stderr).toBe(
      '--hide takes LAT,LNG,METRES with at most 100000 metres, for example 48.2082,16.3738,500; not "-48.2,16.3".\n',
    );
  });

  it('export writes a line of JSON for each activity with record and streams', async () => {
    const lines = (await exported('--format', 'ndjson')).trimEnd().split('\n');
    const all = new Map(
      lines.map((line) => {
        const activity = JSON.parse(line) as Readonly<Record<string, unknown>>;
        return [Number(activity['id']), activity];
      }),
    );
    expect([...all.keys()].sort()).toEqual(
      truth()
        .map(({ id }) => id)
        .sort(),
    );
    for (const { id } of truth()) {
      const { streams, ...record } = all.get(id) ?? { streams: undefined };
      const { exact, ...expected } = scene.simulator.world.summary(id);
      expect({ ...record, exact: undefined }).toEqual({ ...expected, exact: undefined });
      expect(exact).toBe(id === ids.full ? exactId : undefined);
      const { latlng, ...others } = streamsOf(id);
      if (Object.keys(others).length === 0) expect(streams).toBeNull();
      else expect(streams).toMatchObject(asJson(others));
      const at = (index: number) =>
        latlng?.map((pair) => (Array.isArray(pair) ? (pair as number[])[index] : null));
      if (latlng) expect(streams).toMatchObject({ lat: at(0), lng: at(1) });
    }
    expect(lines.filter((line) => line.includes(`"exact":${exactId}`))).toHaveLength(1);
  });

  it('export exports a recording of several parts in one piece', async () => {
    const activity_id = Long.fromNumber(ids.parts);
    expect(await scene.db.collection('streams').countDocuments({ activity_id })).toBe(2);
    const { exitCode, printed } = await inProcess({ format: 'gpx', activity: String(ids.parts) });
    expect(exitCode).toBe(0);
    const [track] = await readGpx([printed]);
    expect(track?.points).toEqual(pointsOf(scene.simulator, ids.parts));
  });

  it('export ends quietly when stdout is closed', async () => {
    const command = `"${process.execPath}" src/cli.ts export --format ndjson`;
    const script = `{ ${command}; echo "ended with $?" >&2; } | true`;
    const { stdout, stderr } = await scene.launch(['-c', script], {}, { program: 'sh' }).ended;
    expect(stdout).toBe('');
    expect(stderr).toBe('ended with 0\n');
  });

  it.each<[string, () => Partial<ExportOptions>, string | RegExp]>([
    ['an unknown activity', () => ({ activity: '5' }), 'There is no activity 5 in the database.'],
    [
      "another athlete's activity",
      () => ({ activity: String(ids.full), athlete: '1002' }),
      /^There is no activity \d+ of athlete 1002 in the database\.$/,
    ],
    [
      'an unknown athlete',
      () => ({ athlete: '77' }),
      'There are no activities of athlete 77; there are some of 1001, 1002.',
    ],
    [
      'no position for GPX',
      () => ({ format: 'gpx', activity: String(ids.indoors) }),
      /^Activity \d+ cannot be exported as gpx: it has no position data\.$/,
    ],
    [
      'no position for GeoJSON',
      () => ({ format: 'geojson', activity: String(ids.manual) }),
      /^Activity \d+ cannot be exported as geojson: it has no position data for a line/,
    ],
    [
      'streams that are not there yet',
      () => ({ activity: String(ids.pending) }),
      /^Activity \d+ cannot be exported as csv: its streams are not stored yet \(pending\)/,
    ],
    [
      'a folder that is not there',
      () => ({ out: join(folder, 'missing/all.csv') }),
      /all\.csv cannot be written \(ENOENT\)\.$/,
    ],
    [
      'a file in the place of the folder',
      () => ({ format: 'gpx', out: 'package.json' }),
      'package.json cannot be written (EEXIST).',
    ],
    [
      'a folder in the place of the file',
      () => ({ out: 'src' }),
      '--out takes a file here; src is a folder.',
    ],
  ])('export says in one sentence what is wrong with %s', async (_, options, sentence) => {
    const exporting = inProcess({ format: 'csv', ...options() });
    await expect(exporting).rejects.toThrow(DomestiqueError);
    await expect(exporting).rejects.toThrow(sentence);
  });

  it('export ends with 1 and nothing on stdout where there is nothing to export', async () => {
    const { exitCode, stdout, stderr } = await run('--format', 'csv', '--activity', '5');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toBe('There is no activity 5 in the database.\n');
  });
});
