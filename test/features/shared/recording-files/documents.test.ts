import { describe, expect, it } from 'vitest';
import { readCsv } from './readers.ts';
import { recordingOf, written } from './recording-of.ts';

describe('GeoJSON', () => {
  it('GeoJSON keeps the measured values aligned with the points', async () => {
    const recording = recordingOf({
      time: [0, 1, 2, null],
      lat: [48.2, null, 48.3, 48.4],
      lng: [16.3, 16.4, 16.5, 16.6],
      altitude: [171.5, 172, null, 173],
      heartrate: [120, 121, null, 123],
    });
    expect(JSON.parse(await written('geojson', recording))).toEqual({
      type: 'FeatureCollection',
      features: [
        {
          type: 'Feature',
          id: 19_000_000_001,
          geometry: {
            type: 'LineString',
            coordinates: [
              [16.3, 48.2, 171.5],
              [16.5, 48.3],
              [16.6, 48.4, 173],
            ],
          },
          properties: {
            id: 19_000_000_001,
            athlete_id: 1001,
            name: 'Morning Ride',
            sport_type: 'Ride',
            coordTimes: ['2026-10-04T06:12:13Z', '2026-10-04T06:12:15Z', null],
            heartrate: [120, null, 123],
          },
        },
      ],
    });
  });

  it('GeoJSON of activities without a line is a collection without features', async () => {
    const onePoint = recordingOf({ lat: [1, null], lng: [2, null] });
    const text = await written('geojson', onePoint, recordingOf(undefined));
    expect(JSON.parse(text)).toEqual({ type: 'FeatureCollection', features: [] });
  });

  it('GeoJSON joins many activities into one document', async () => {
    const line = recordingOf({ lat: [1, 2], lng: [2, 3] });
    const text = await written('geojson', line, recordingOf(undefined), line);
    expect(JSON.parse(text)).toMatchObject({ features: [{ id: line.id }, { id: line.id }] });
  });
});

describe('CSV', () => {
  it('CSV has one header, a row for each sample, and empty cells for missing values', async () => {
    const one = recordingOf({ time: [0, null], heartrate: [120, null], moving: [true, false] });
    const other = recordingOf({ watts: [200] });
    expect(readCsv(await written('csv', one, recordingOf(undefined), other))).toEqual([
      'activity_id,time_utc,elapsed_s,latitude_deg,longitude_deg,altitude_m,distance_m,velocity_m_per_s,grade_percent,heartrate_bpm,cadence_rpm,power_w,temperature_c,moving'.split(
        ',',
      ),
      '19000000001,2026-10-04T06:12:13Z,0,,,,,,,120,,,,true'.split(','),
      '19000000001,,,,,,,,,,,,,false'.split(','),
      '19000000001,,,,,,,,,,,200,,'.split(','),
    ]);
  });
});

describe('CSV of a stream that another program wrote', () => {
  it('CSV has empty cells for texts, objects and NaN', async () => {
    const foreign = recordingOf({
      time: ['=1+1', Number.NaN, 2] as unknown as readonly number[],
      watts: [{ odd: 1 }, true, 200] as unknown as readonly number[],
    });
    const [, ...rows] = readCsv(await written('csv', foreign));
    expect(rows.map((row) => [row[2], row[11]])).toEqual([
      ['', ''],
      ['', 'true'],
      ['2', '200'],
    ]);
  });
});

describe('lines of JSON', () => {
  it('lines of JSON have the record with exact 64-bit integers, and the streams', async () => {
    const record = { id: 19_000_000_001n, effort: { id: 9_007_199_254_740_993n }, name: 'a\nb' };
    const text = await written(
      'ndjson',
      recordingOf({ time: [0, 1], heartrate: [120, null] }, record),
      recordingOf(undefined, { streams: 'theirs' }),
      recordingOf({}, {}),
    );
    expect(text.split('\n')).toEqual([
      '{"id":19000000001,"effort":{"id":9007199254740993},"name":"a\\nb","streams":{"time":[0,1],"heartrate":[120,null]}}',
      '{"streams":null}',
      '{"streams":{}}',
      '',
    ]);
  });
});
