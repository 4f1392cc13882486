import polylineCodec from '@googlemaps/polyline-codec';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/domain/json.ts';
import { formats } from '../../../../src/features/shared/recording-files/format.ts';
import { hide } from '../../../../src/features/shared/recording-files/hide.ts';
import { readCsv, readGpx } from './readers.ts';
import { recordingOf, written } from './recording-of.ts';

const home = { lat: 48, lng: 16, meters: 500 };
/** Along the 48th parallel, 74 m for each thousandth of a degree. */
const lngs = [15.98, 15.99, 15.996, 16, null, 16.004, 16.01, 16.02];
const ride = recordingOf(
  {
    time: [0, 10, 20, 30, 40, 50, 60, 70],
    lat: [48, 48, 48, 48, null, 48, 48, 48],
    lng: lngs,
    heartrate: [100, 101, 102, 103, 104, 105, 106, 107],
  },
  { name: 'Home and away' },
);

const shown = hide(ride, [home]);

describe('a hidden place in an export', () => {
  it('a hidden place in an export cuts a GPX track in two segments', async () => {
    const [track] = await readGpx([await written('gpx', shown)]);
    expect(track?.segments.map((points) => points.map(({ lon }) => lon))).toEqual([
      [15.98, 15.99],
      [16.01, 16.02],
    ]);
    expect(track?.points.map(({ hr }) => hr)).toEqual([100, 101, 106, 107]);
    expect(track?.points[2]?.time).toBe('2026-10-04T06:13:13Z');
  });

  it('a hidden place in an export cuts a GPX track between two points outside whose line passes through it', async () => {
    const sparse = recordingOf({ lat: [48, 48, 48], lng: [15.9, 16.1, 16.2] });
    const [track, whole] = await readGpx([
      await written('gpx', hide(sparse, [home])),
      await written('gpx', hide(sparse, [{ ...home, lat: 48.01 }])),
    ]);
    expect(track?.segments.map(({ length }) => length)).toEqual([1, 2]);
    expect(whole?.segments.map(({ length }) => length)).toEqual([3]);
  });

  it('a hidden place in an export makes several lines of one in GeoJSON, with the values along each', async () => {
    const { features } = JSON.parse(await written('geojson', shown)) as {
      features: readonly object[];
    };
    expect(features).toMatchObject([
      {
        geometry: {
          type: 'MultiLineString',
          coordinates: [
            [
              [15.98, 48],
              [15.99, 48],
            ],
            [
              [16.01, 48],
              [16.02, 48],
            ],
          ],
        },
        properties: {
          coordTimes: [
            ['2026-10-04T06:12:13Z', '2026-10-04T06:12:23Z'],
            ['2026-10-04T06:13:13Z', '2026-10-04T06:13:23Z'],
          ],
          heartrate: [
            [100, 101],
            [106, 107],
          ],
        },
      },
    ]);
  });

  it('a hidden place in an export keeps one line in GeoJSON where only its beginning is hidden', async () => {
    const place = { ...home, lng: 15.98 };
    const { features } = JSON.parse(await written('geojson', hide(ride, [place]))) as {
      features: readonly object[];
    };
    expect(features).toMatchObject([{ geometry: { type: 'LineString' } }]);
  });

  it('a hidden place in an export leaves whole rows out of CSV, those without a position with the one before', async () => {
    const [, ...rows] = readCsv(await written('csv', shown));
    expect(rows.map((row) => [row[2], row[4], row[9]])).toEqual([
      ['0', '15.98', '100'],
      ['10', '15.99', '101'],
      ['60', '16.01', '106'],
      ['70', '16.02', '107'],
    ]);
  });

  it('a hidden place in an export leaves samples out of lines of JSON, and coordinates out of the record', async () => {
    const line = polylineCodec.encode(
      [15.98, 15.99, 15.995, 16, 16.01, 16.02, 16.03].map((lng): [number, number] => [48, lng]),
      5,
    );
    const away = polylineCodec.encode(
      [
        [47, 16],
        [47, 17],
      ],
      5,
    );
    const record: JsonObject = {
      start_latlng: [48, 16.001],
      end_latlng: [48, 16.02],
      start_latitude: 48,
      start_longitude: 16.001,
      map: { summary_polyline: line, polyline: away, id: 'a1' },
      laps: [{ start_index: 1, end_index: 6 }],
      segment_efforts: [
        {
          id: 9_007_199_254_740_993n,
          segment: { end_latlng: [48, 15.999], start_latlng: [47, 16] },
        },
      ],
      distance: 3_000,
      elsewhere: null,
    };
    const text = await written('ndjson', hide({ ...ride, record }, [home]));
    expect(text).toContain('9007199254740993');
    const { streams, ...rest } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    expect(streams).toEqual({
      time: [0, 10, 60, 70],
      lat: [48, 48, 48, 48],
      lng: [15.98, 15.99, 16.01, 16.02],
      heartrate: [100, 101, 106, 107],
    });
    expect(rest).toMatchObject({
      start_latlng: [],
      end_latlng: [48, 16.02],
      start_latitude: null,
      start_longitude: null,
      map: { polyline: away, id: 'a1' },
      laps: [{ start_index: 1, end_index: 2 }],
      segment_efforts: [{ segment: { end_latlng: [], start_latlng: [47, 16] } }],
      distance: 3_000,
      elsewhere: null,
    });
    const { summary_polyline } = rest['map'] as { summary_polyline: string };
    expect(polylineCodec.decode(summary_polyline, 5).map(([, lng]) => lng)).toEqual([
      16.01, 16.02, 16.03,
    ]);
  });

  it('a hidden place in an export hides the coordinates of an activity whose streams are not stored', () => {
    const record: JsonObject = { start_latlng: [48, 16], map: { summary_polyline: '' } };
    const { record: left, streams } = hide(recordingOf(undefined, record), [home]);
    expect(left).toEqual({ start_latlng: [], map: { summary_polyline: '' } });
    expect(streams).toBeUndefined();
  });

  it('a hidden place in an export draws no polyline across a hidden place between two points outside', () => {
    const encoded = (...lngsOf: readonly number[]): string =>
      polylineCodec.encode(
        lngsOf.map((lng): [number, number] => [48, lng]),
        5,
      );
    const { record } = hide(
      recordingOf(undefined, { map: { polyline: encoded(15.9, 16.1, 16.2) } }),
      [home],
    );
    expect(record).toEqual({ map: { polyline: encoded(16.1, 16.2) } });
  });

  it('a hidden place in an export changes nothing of a recording elsewhere or indoors, or without a place', () => {
    const indoors = recordingOf({ time: [0, 1], heartrate: [90, 91] });
    expect(hide(indoors, [home])).toMatchObject({ streams: indoors.streams, hidden: 0 });
    expect(hide(ride, [])).toBe(ride);
    const far = hide(ride, [{ lat: -48, lng: 16, meters: 100_000 }]);
    expect(far).toMatchObject({ streams: ride.streams, hidden: 0 });
  });

  it('a hidden place in an export counts what is left out, and leaves nothing of a recording that is all hidden', () => {
    expect(shown.hidden).toBe(4);
    const all = hide(ride, [{ ...home, meters: 10_000 }]);
    expect(all.streams?.sampleCount).toBe(0);
    expect(formats.gpx.canHold(all)).toBe(false);
    expect(formats.csv.canHold(all)).toBe(false);
  });
});
