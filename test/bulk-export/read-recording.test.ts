import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { readRecording } from '../../src/bulk-export/read-recording.ts';
import { encodeFit } from '../../src/simulator/archive/fit-encoder.ts';
import { encodeGpx } from '../../src/simulator/archive/gpx-encoder.ts';
import { encodeTcx } from '../../src/simulator/archive/tcx-encoder.ts';
import { columnsOf, problemsOf, ride } from './recordings.ts';

const files = [
  ['fit', encodeFit(ride)],
  ['tcx', encodeTcx(ride, { leadingBlanks: 10 })],
  ['gpx', encodeGpx(ride, { hasByteOrderMark: true })],
] as const;

describe('readRecording', () => {
  it.each(files)('reads %s by its name, gzipped and not', (format, bytes) => {
    const plain = readRecording(`activities/1.${format}`, bytes);
    expect(columnsOf(plain)).toMatchObject({ timeS: ride.timeS, heartrate: ride.heartrate });
    expect(readRecording(`activities/1.${format}.gz`, gzipSync(bytes))).toEqual(plain);
  });

  it.each(files)('reads %s under a name that says something else', (format, bytes) => {
    const plain = readRecording(`1.${format}`, bytes);
    expect(readRecording('1.gpx.gz', bytes)).toEqual(plain);
    expect(readRecording('1.fit', gzipSync(bytes))).toEqual(plain);
    expect(readRecording('1', bytes)).toEqual(plain);
  });

  it('says that the gzip data is cut, and keeps the records before', () => {
    const zipped = gzipSync(encodeTcx(ride));
    const result = readRecording('1.tcx.gz', zipped.subarray(0, zipped.length - 400));
    expect(columnsOf(result).timeS.length).toBeGreaterThan(60);
    expect(problemsOf(result)).toEqual([
      'its gzip data is cut or damaged, the part before was read',
      'it ends before its last element is closed',
    ]);
  });

  it.each([
    ['an empty file', '1.fit.gz', new Uint8Array(), 'it is empty'],
    ['an empty file in gzip', '1.fit.gz', gzipSync(''), 'it is empty'],
    ['a page of HTML', '1.html', Buffer.from('<html></html>'), 'it is neither FIT nor TCX nor GPX'],
    ['HTML under the name of GPX', '1.gpx', Buffer.from('<html></html>'), 'it has no track points'],
    ['text under the name of FIT', '1.fit.gz', Buffer.from('Not found.'), 'it has no FIT header'],
  ])('says why it cannot read %s', (_, path, bytes, unreadable) => {
    expect(readRecording(path, bytes)).toEqual({ unreadable });
  });

  it('rejects a file that inflates to more than its bound', () => {
    const bomb = gzipSync(Buffer.alloc(3e6));
    const result = readRecording('1.fit.gz', bomb, { maxBytes: 2e6 });
    expect(result).toEqual({ unreadable: 'it inflates to more than 2 MB' });
  });
});

describe('readRecording, of documents made to exhaust the memory or the time', () => {
  const point = `<trkpt lat="47" lon="8"><time>2024-06-01T08:00:00Z</time></trkpt>`;
  const entities = Array.from(
    { length: 12 },
    (_, index) => `<!ENTITY e${index + 1} "${`&e${index};`.repeat(10)}">`,
  );
  const gpx = (before: string, inside: string): Uint8Array =>
    Buffer.from(`${before}<gpx><trk><trkseg>${point}${inside}</trkseg></trk></gpx>`);

  it('expands no entity', () => {
    const doctype = `<!DOCTYPE gpx [<!ENTITY e0 "boom">${entities.join('')}]>`;
    const result = readRecording('1.gpx', gpx(doctype, '<name>&e12;</name>'));
    expect(columnsOf(result).timeS).toHaveLength(1);
  });

  it.each([
    ['elements nest too deep', '<a>'.repeat(100_000), 'its elements nest too deep'],
    [
      'an element has too many attributes',
      `<a ${Array.from({ length: 5000 }, (_, index) => `a${index}=""`).join(' ')}/>`,
      'an element has too many attributes',
    ],
    ['it has too many errors', '<a></b>'.repeat(60_000), 'it has too many errors to go on'],
  ])('keeps the points before the place where %s', (_, inside, problem) => {
    const result = readRecording('1.gpx', gpx('', inside));
    expect(columnsOf(result).timeS).toHaveLength(1);
    expect(problemsOf(result).at(-1)).toBe(problem);
  });
});
