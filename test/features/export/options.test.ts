import { describe, expect, it } from 'vitest';
import type { ExportOptions } from '../../../src/features/export/options.ts';
import { exportOrderOf } from '../../../src/features/export/options.ts';
import { UsageError } from '../../../src/errors.ts';
import { createTestProgram } from '../../support/command/program.ts';

const program = createTestProgram({});

describe('the options of export', () => {
  it('export writes every activity, or those that the options name', () => {
    expect(exportOrderOf(program, { format: 'csv' })).toMatchObject({ name: 'csv', filter: {} });
    const options = {
      ...{ format: 'gpx', since: '2019-03', until: '2019', sport: 'run' },
      ...{ athlete: '1001', out: 'tracks' },
    };
    expect(exportOrderOf(program, options)).toMatchObject({
      name: 'gpx',
      filter: {
        since: new Date('2019-03-01T00:00:00Z'),
        until: new Date('2019-12-31T23:59:59.999Z'),
        sport: 'run',
        athleteId: 1001,
      },
      out: 'tracks',
    });
    expect(exportOrderOf(program, { format: 'gpx', activity: '19000000001' })).toMatchObject({
      activityId: 19_000_000_001,
    });
  });

  it.each<[ExportOptions, object]>([
    [{ out: 'a/x.gpx' }, { name: 'gpx', out: 'a/x.gpx' }],
    [
      { out: 'X.GPX', activity: '7' },
      { name: 'gpx', activityId: 7 },
    ],
    [{ out: 'all.geojson' }, { name: 'geojson' }],
    [{ out: 'all.csv', format: 'csv' }, { name: 'csv' }],
    [{ out: 'all.txt', format: 'ndjson' }, { name: 'ndjson' }],
  ])('export takes the format of %j from the ending of the file', (options, expected) => {
    const order = exportOrderOf(program, options);
    expect(order).toMatchObject(expected);
    expect(order.folder).toBeUndefined();
  });

  it('export writes a folder of GPX files where the name has no ending of a format', () => {
    const order = exportOrderOf(program, { format: 'gpx', out: 'tracks.2026' });
    expect(order).toMatchObject({ folder: 'tracks.2026', isForced: false });
  });

  it('a period of export in days counts whole days, as in sync', () => {
    const { since } = exportOrderOf(program, { format: 'csv', since: '90d' }).filter;
    expect(since?.toISOString()).toMatch(/T00:00:00\.000Z$/);
  });

  it.each<[ExportOptions, string]>([
    [{ format: 'fit' }, '--format takes gpx, geojson, csv or ndjson; not "fit".'],
    [{ format: 'toString' }, '--format takes gpx, geojson, csv or ndjson; not "toString".'],
    [
      { format: 'gpx' },
      'name a folder or a .gpx file with --out, or one activity with --activity.',
    ],
    [{ format: 'csv', since: 'then' }, '--since takes 2019, 2019-03'],
    [{ format: 'csv', activity: '1e3' }, '--activity takes an id of Strava'],
    [{ format: 'csv', until: '30.2.' }, '--until takes 2019, 2019-03'],
    [{ format: 'csv', since: '2020', until: '2019' }, '--until lies before --since.'],
    [{ format: 'csv', athlete: 'Ada' }, "--athlete takes a Strava athlete's id"],
    [{}, 'Name the format: gpx, geojson, csv or ndjson, with --format or as the ending of --out.'],
    [{ out: 'x.fit' }, 'Name the format'],
    [
      { format: 'csv', out: 'x.gpx' },
      '--format csv contradicts the ending of --out x.gpx: leave one of them out.',
    ],
    [{ format: 'csv', out: '' }, '--out takes the name of a file or a folder.'],
    ...(['since', 'until', 'sport', 'place'] as const).map((name): [ExportOptions, string] => [
      { format: 'csv', activity: '5', [name]: '2019' },
      '--activity excludes --since, --until, --sport, --country and --place.',
    ]),
  ])('export rejects %j in one sentence', (options, sentence) => {
    const reading = () => exportOrderOf(program, options);
    expect(reading).toThrow(UsageError);
    expect(reading).toThrow(sentence);
  });
});
