import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { beforeAll, describe, expect, it } from 'vitest';

import type { Scene } from '../../support/scene.ts';
import { athleteId, useScene } from '../../support/scene.ts';

describe('npm run query', () => {
  const openScene = useScene();
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene({ activities: 3 });
    scene.simulator.world.addActivity(athleteId, { name: '🚴‍♀️ 山を越えて 🫠', sport_type: 'Ride' });
    expect((await scene.call('sync')).exitCode).toBe(0);
  });

  it('npm run query prints its result on stdout only, and ends with 2 for a wrong query', async () => {
    const [result, wrong] = await Promise.all([
      scene.run('query', 'latest', '--limit', '2', '--json'),
      scene.run('query', 'latest', '--lng', '-122.25'),
    ]);
    expect(result.exitCode, result.stderr).toBe(0);
    expect(JSON.parse(result.stdout)).toHaveLength(2);
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stdout).toBe('');
    expect(wrong.stderr).toContain(
      'latest: there is no --lng. Its parameters are --athlete, --limit.',
    );
  });

  it.each([60, 80, 120])('npm run query fits a terminal of %d columns', async (width) => {
    const columns = { COLUMNS: String(width) };
    const { stdout } = await scene.runWith(columns, 'query', 'latest');
    const lines = stdout.trimEnd().split('\n');
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
    expect(stdout).toContain('山を');
    if (width < 120) return;
    expect(new Set(lines.map((line) => stringWidth(line))).size).toBe(1);
  });

  it('npm run query answers about the activities that list shows with the same filters', async () => {
    const { world } = scene.simulator;
    const [newest] = world.activities(athleteId);
    const day = newest?.startAt.toISOString().slice(0, 10) ?? '';
    const sport = world.summary(newest?.id ?? 0).sport_type.toUpperCase();
    const filters = ['--since', day, '--until', day, '--sport', sport, '--athlete', '1001'];
    const [asked, listed, mistyped] = await Promise.all([
      scene.call('query', 'latest', '--json', ...filters),
      scene.call('list', '--json', ...filters),
      scene.call('query', 'latest', '--sport', 'Rid'),
    ]);
    expect(asked.exitCode, asked.stderr).toBe(0);
    const idsOf = (text: string) => (JSON.parse(text) as { _id: number }[]).map(({ _id }) => _id);
    expect(idsOf(asked.stdout)).toContain(newest?.id);
    expect(idsOf(asked.stdout)).toEqual(idsOf(listed.stdout));
    expect(idsOf(asked.stdout).length).toBeLessThan(world.activities(athleteId).length);
    expect(mistyped).toMatchObject({ exitCode: 2, stdout: '' });
    expect(mistyped.stderr).toContain('--sport: no stored activity is a "Rid". Did you mean Ride?');
  });

  it('npm run query shows units and words, the stored values with --raw, and miles where they are set', async () => {
    const [shown, raw, miles, metric] = await Promise.all([
      scene.call('query', 'latest'),
      scene.call('query', 'latest', '--raw'),
      scene.callWith({ PAGE_UNITS: 'imperial' }, 'query', 'latest'),
      scene.callWith({ PAGE_UNITS: 'imperial' }, 'query', 'latest', '--units', 'metric'),
    ]);
    expect(shown.stdout).toMatch(/^ *Activity +Name +Sport +Start +Moving +Speed +Distance\n/);
    expect(shown.stdout).toMatch(/ \d+:\d\d h .* \d+\.\d\d km/);
    expect(raw.stdout).toMatch(/^_id +name +sport_type +start_date_local +/);
    expect(raw.stdout).toMatch(/T\d\d:\d\d:\d\dZ/);
    expect(miles.stdout).toMatch(/ \d+\.\d\d mi\n/);
    expect(metric.stdout).toBe(shown.stdout);
  });

  it('npm run query explains a question without a database or a configuration, and suggests a name', async () => {
    const broken = { MONGODB_URI: 'mongodb://127.0.0.1:1', SYNC_SINCE: 'never' };
    const [one, all, wrong] = await Promise.all([
      scene.runWith(broken, 'query', 'near', '--help'),
      scene.runWith(broken, 'query', '--help'),
      scene.runWith(broken, 'query', 'neer', '--help'),
    ]);
    expect(one.exitCode, one.stderr).toBe(0);
    expect(one.stdout).toMatch(
      /^Usage: domestique query near\n {2}\[--athlete ATHLETE\]\n {2}--lng LNG\n/,
    );
    expect(one.stdout).toMatch(/--radius RADIUS +a number of metres \(default: 500\)/);
    expect(one.stdout).toContain('npm run query -- near --lng 16.3738 --lat 48.2082');
    expect(all.stdout).toContain('Usage: domestique query [arguments...]');
    expect(wrong).toMatchObject({ exitCode: 2, stdout: '' });
    expect(wrong.stderr).toContain('There is no question "neer": did you mean near?');
  });

  it('npm run query finds what passed through the polygon of a GeoJSON file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'domestique-area-'));
    try {
      const file = join(folder, 'area.geojson');
      const ring = (lng: number) => [
        [lng, -80],
        [lng + 40, -80],
        [lng + 40, 80],
        [lng, 80],
        [lng, -80],
      ];
      const polygon = (lng: number) =>
        JSON.stringify({ type: 'Polygon', coordinates: [ring(lng)] });
      await writeFile(file, polygon(0));
      const args = ['query', 'through', '--json', '--polygon'];
      const [inFile, elsewhere] = await Promise.all([
        scene.call(...args, file),
        scene.call(...args, polygon(100)),
      ]);
      expect(inFile.exitCode, inFile.stderr).toBe(0);
      expect((JSON.parse(inFile.stdout) as unknown[]).length).toBeGreaterThan(0);
      expect(JSON.parse(elsewhere.stdout)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('npm run query answers an empty database with nothing, a hint and exit code 0', async () => {
    const empty = await openScene({ activities: 0 });
    const exported = await empty.run('export', '--format', 'geojson', '--athlete', '1001');
    expect(exported.exitCode, exported.stderr).toBe(0);
    expect(JSON.parse(exported.stdout)).toEqual({ type: 'FeatureCollection', features: [] });
    expect(exported.stderr).toContain('There are no activities in the database yet');
    const [text, json, csv, one] = await Promise.all([
      empty.run('query', 'latest'),
      empty.call('query', 'latest', '--athlete', '1001', '--json'),
      empty.call('query', 'latest', '--csv'),
      empty.call('query', 'recording', '--activity', '5'),
    ]);
    expect(text).toMatchObject({ exitCode: 0, stdout: 'Nothing was found.\n' });
    expect(text.stderr).toMatch(
      /^There are no activities in the database yet: npm run auth .*; npm run import takes /m,
    );
    expect(json).toMatchObject({ exitCode: 0, stdout: '[]\n' });
    expect(csv.stdout).toBe('_id,name,sport_type,start_date_local,distance,moving_time\n');
    expect(one.exitCode).toBe(0);
  });
});
