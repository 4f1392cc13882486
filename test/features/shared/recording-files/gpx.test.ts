import { describe, expect, it } from 'vitest';
import type { GpxTrack } from './readers.ts';
import { readGpx, readGpxTracks } from './readers.ts';
import { recordingOf, written } from './recording-of.ts';

async function read(...given: Parameters<typeof recordingOf>): Promise<GpxTrack> {
  const [track] = await readGpx([await written('gpx', recordingOf(...given))]);
  if (track === undefined) throw new Error('There is no track.');
  return track;
}

describe.concurrent('a GPX document', () => {
  it('GPX has each sample with a position and the values that it has', async () => {
    const { points, name, type, link } = await read({
      time: [0, 1, null, 3.5, 86_400],
      lat: [48.2, null, -90, 0.0000001, 48.4],
      lng: [16.3, 16.4, -180, 180, null],
      altitude: [171.2, 172, -430.5, null, 1],
      heartrate: [120, 121, null, 119.6, 1],
      cadence: [0, 80, 255, 90, 1],
      watts: [0, 1, 210.4, null, 1],
      temp: [-5, 1, 21.5, null, 1],
    });
    expect({ name, type, link }).toEqual({
      name: 'Morning Ride',
      type: 'Ride',
      link: 'https://www.strava.com/activities/19000000001',
    });
    expect(points).toEqual([
      {
        lat: 48.2,
        lon: 16.3,
        ele: 171.2,
        time: '2026-10-04T06:12:13Z',
        power: 0,
        atemp: -5,
        hr: 120,
        cad: 0,
      },
      { lat: -90, lon: -180, ele: -430.5, power: 210, atemp: 21.5 },
      { lat: 0.0000001, lon: 180, time: '2026-10-04T06:12:16.500Z', hr: 120, cad: 90 },
    ]);
  });

  it('GPX of several activities has a track for each, and none is an empty document', async () => {
    const one = recordingOf({ lat: [1], lng: [2] });
    const documents = [
      await written('gpx', one, recordingOf(undefined), one),
      await written('gpx'),
    ];
    const [several, none] = await readGpxTracks(documents);
    expect(several).toMatchObject([{ points: [{ lat: 1 }] }, { points: [{ lat: 1 }] }]);
    expect(none).toEqual([]);
  });

  it('GPX leaves out impossible positions and numbers beyond the format', async () => {
    const { points } = await read({
      time: [0, 1e300, 2],
      lat: [91, 48, 48],
      lng: [16, 16, -181],
      heartrate: [100, 0, 100],
      watts: [1, 1e6, 1],
    });
    expect(points).toEqual([{ lat: 48, lon: 16 }]);
  });

  it('GPX writes no number with an exponent, which xsd:decimal does not have', async () => {
    const text = await written('gpx', recordingOf({ lat: [0.0000001, 48.2], lng: [1, 2] }));
    expect(text).toContain('lat="0.0000001"');
    expect(text).toContain('lat="48.2"');
  });

  it('GPX keeps the samples beside what another program stored that is no number', async () => {
    const others = [
      ['1,2', 3],
      [[4, 5], 6],
      [true, 7],
    ] as unknown as readonly number[][];
    for (const altitude of others) {
      const { points } = await read({ lat: [1, 2], lng: [3, 4], altitude, temp: altitude });
      const ele = altitude[1];
      expect(points).toEqual([
        { lat: 1, lon: 3 },
        { lat: 2, lon: 4, ele, atemp: ele },
      ]);
    }
  });

  it.each([
    ['a path, marks and a NUL', '../../etc/passwd<&"\u0000\'>', '../../etc/passwd<&"\'>'],
    ['half of a pair and noncharacters', 'a\ud800b\uffffc\u0008', 'abc'],
    ['what ends a section', ']]><trk>&amp;', ']]><trk>&amp;'],
    ['a picture and other letters', '🚴‍♀️ 朝のトレーニング', '🚴‍♀️ 朝のトレーニング'],
  ])('GPX is well-formed whatever the activity is called: %s', async (_, name, expected) => {
    const track = await read({ lat: [1], lng: [2] }, { name, type: name });
    expect(track).toMatchObject({ name: expected, type: expected });
  });

  it('GPX needs neither a name nor a sport', async () => {
    const track = await read({ lat: [1], lng: [2] }, { name: 7, sport_type: null });
    expect(track).not.toHaveProperty('name');
    expect(track).not.toHaveProperty('type');
  });
});
