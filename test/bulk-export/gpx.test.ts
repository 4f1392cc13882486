import { describe, expect, it } from 'vitest';

import { decodeGpx } from '../../src/bulk-export/gpx.ts';
import type { RecordedColumns } from '../../src/domain/bulk-export/recorded-file.ts';
import { encodeGpx, type GpxOptions } from '../../src/simulator/archive/gpx-encoder.ts';
import { columnsOf, part, problemsOf, ride, startS, without } from './recordings.ts';

/** GPX has no distance. */
const recorded = without(ride, 'distance');

describe('decodeGpx', () => {
  it.each<[string, GpxOptions]>([
    ['nothing odd', {}],
    ['blanks before its declaration', { leadingBlanks: 10 }],
    ['a byte order mark', { hasByteOrderMark: true }],
    ['a bare ampersand in its title', { hasBareAmpersand: true }],
    ['a control character in its title', { hasControlCharacter: true }],
    ['several tracks and segments', { tracks: 3, segments: 2 }],
    ['waypoints and a route', { hasWaypoints: true }],
    ['the prefix ns3 for its extensions', { extension: 'ns3' }],
    ['the extension gpxdata', { extension: 'gpxdata' }],
    ['extensions without a prefix', { extension: 'none' }],
    ['a prefix that it does not declare', { extension: 'undeclared' }],
    ['several extensions in another order', { extension: 'several' }],
    ['a prefix for all elements', { prefix: 'g' }],
    ['empty elements', { hasEmptyElements: true }],
    ['times without an offset', { times: 'bare' }],
    ['times with an offset', { times: 'offset' }],
    ['fractions of a second', { times: 'fraction' }],
  ])('decodeGpx gives every value of a file with %s', (_name, options) => {
    const result = decodeGpx(encodeGpx(recorded, options));
    expect(columnsOf(result)).toEqual(recorded);
    expect(problemsOf(result)).toEqual([]);
  });

  it('decodeGpx has only place, altitude and time of a recording by an app of Strava', () => {
    const { timeS, lat, lng, altitude } = ride;
    const app: RecordedColumns = { timeS, lat, lng, altitude };
    expect(columnsOf(decodeGpx(encodeGpx(app, { creator: 'StravaGPX Android' })))).toEqual(app);
  });

  it('decodeGpx reads a file whose points have no position', () => {
    const indoors: RecordedColumns = { timeS: ride.timeS, heartrate: ride.heartrate };
    expect(columnsOf(decodeGpx(encodeGpx(indoors)))).toEqual(indoors);
  });

  it('decodeGpx reads values in CDATA sections', () => {
    const time = new Date(startS * 1_000).toISOString();
    const point = `<trkpt lat="47" lon="8"><ele><![CDATA[500]]></ele><time><![CDATA[${time}]]></time></trkpt>`;
    const result = decodeGpx(Buffer.from(`<gpx><trk><trkseg>${point}</trkseg></trk></gpx>`));
    expect(columnsOf(result)).toMatchObject({ timeS: [startS], altitude: [500] });
  });

  it('decodeGpx keeps one point of each second', () => {
    const text = [0.2, 0.7, 1.1].map(
      (at, index) =>
        `<trkpt lat="47" lon="8"><ele>${index}</ele><time>${new Date((startS + at) * 1000).toISOString()}</time></trkpt>`,
    );
    const result = decodeGpx(
      Buffer.from(`<gpx><trk><trkseg>${text.join('')}</trkseg></trk></gpx>`),
    );
    expect(columnsOf(result)).toMatchObject({ timeS: [startS, startS + 1], altitude: [0, 2] });
  });

  it.each([0, 1, 2, 3, 4, 5])(
    'decodeGpx reads an entity that two parts of the file share, at byte %i',
    (at) => {
      const before = '<gpx><trk><trkseg><trkpt lat="1" lon="2"><time>';
      const padding = ' '.repeat(2 ** 16 - before.length - '2024-06-01T08:00:00'.length - at);
      const text = `${before}${padding}2024-06-01T08:00:00&#90;</time></trkpt></trkseg></trk></gpx>`;
      expect(columnsOf(decodeGpx(Buffer.from(text))).timeS).toEqual([startS]);
    },
  );

  it('decodeGpx takes the first valid of several values in a point', () => {
    const values = ['', '120', '', '121'].map((hr) => `<x:hr>${hr}</x:hr>`);
    const time = '<time>2024-06-01T03:00:00-05:00</time>';
    const text = `<gpx><trkpt lat="1" lon="2">${values.join('')}${time}<time></time></trkpt></gpx>`;
    expect(columnsOf(decodeGpx(Buffer.from(text)))).toMatchObject({
      timeS: [startS],
      heartrate: [120],
    });
  });

  it.each(['2024-06-01', '2024-13-01T00:00:00Z', '2024-06-01T08:61:00Z', 'now', ''])(
    'decodeGpx takes %j for no time',
    (time) => {
      const text = `<gpx><trkpt lat="1" lon="2"><time>${time}</time></trkpt></gpx>`;
      expect(decodeGpx(Buffer.from(text))).toEqual({ unreadable: 'its records have no time' });
    },
  );

  it('decodeGpx keeps the points before a cut end, and says so', () => {
    const result = decodeGpx(encodeGpx(recorded, { cutBytes: 3000 }));
    const count = columnsOf(result).timeS.length;
    expect(count).toBeGreaterThan(90);
    expect(columnsOf(result)).toEqual(part(recorded, 0, count));
    expect(problemsOf(result)).toEqual(['it ends before its last element is closed']);
  });

  it('decodeGpx leaves out points without a time, and says so', () => {
    const text = Buffer.from(encodeGpx(recorded)).toString();
    const untimed = text.replace(/<time>2024-06-01T08:00:0[57]Z<.time>/g, '');
    const result = decodeGpx(Buffer.from(untimed));
    expect(columnsOf(result).timeS).toHaveLength(118);
    expect(problemsOf(result)).toEqual(['2 records have no time']);
  });

  it.each([
    ['no time in any point', encodeGpx(recorded, { isUntimed: true }), 'its records have no time'],
    ['no points', encodeGpx({ timeS: [] }), 'it has no track points'],
  ])('decodeGpx cannot read a file with %s', (_name, bytes, unreadable) => {
    expect(decodeGpx(bytes)).toEqual({ unreadable });
  });
});
