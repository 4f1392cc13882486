import { describe, expect, it } from 'vitest';

import { decodeTcx } from '../../src/bulk-export/tcx.ts';
import type { RecordedColumns } from '../../src/domain/bulk-export/recorded-file.ts';
import { encodeTcx, type TcxOptions } from '../../src/simulator/archive/tcx-encoder.ts';
import { columnsOf, part, problemsOf, ride, without } from './recordings.ts';

/** TCX has no temperature. */
const recorded = without(ride, 'temp');

const decoded = (options: TcxOptions, columns: RecordedColumns = recorded): RecordedColumns =>
  columnsOf(decodeTcx(encodeTcx(columns, options)));

describe('decodeTcx', () => {
  it.each<[string, TcxOptions]>([
    ['nothing odd', {}],
    ['ten blanks before its declaration', { leadingBlanks: 10 }],
    ['a byte order mark', { hasByteOrderMark: true }],
    ['a byte order mark and blanks', { hasByteOrderMark: true, leadingBlanks: 3 }],
    ['two bytes for each character', { isUtf16: true }],
    ['a bare ampersand in its title', { hasBareAmpersand: true }],
    ['a control character in its title', { hasControlCharacter: true }],
    ['several activities, laps and tracks', { activities: 2, laps: 3, tracks: 2 }],
    ['the prefix ns2 for its extensions', { extension: 'ns2' }],
    ['a default namespace for each extension', { extension: 'default' }],
    ['a prefix that it does not declare', { extension: 'undeclared' }],
    ['a prefix for all elements', { prefix: 'tcx' }],
    ['empty elements', { hasEmptyElements: true }],
    ['the cadence of a runner', { isRun: true }],
    ['times without an offset', { times: 'bare' }],
    ['times with an offset', { times: 'offset' }],
    ['fractions of a second', { times: 'fraction' }],
  ])('decodeTcx gives every value of a file with %s', (_name, options) => {
    const result = decodeTcx(encodeTcx(recorded, options));
    expect(columnsOf(result)).toEqual(recorded);
    expect(problemsOf(result)).toEqual([]);
  });

  it('decodeTcx reads values in CDATA sections', () => {
    const text = Buffer.from(encodeTcx(recorded)).toString();
    const wrapped = text.replaceAll(/>([^<>\s]+)<\//g, '><![CDATA[$1]]></');
    expect(columnsOf(decodeTcx(Buffer.from(wrapped)))).toEqual(recorded);
  });

  it('decodeTcx keeps points that have only a time', () => {
    expect(decoded({}, { timeS: ride.timeS })).toEqual({ timeS: ride.timeS });
  });

  it('decodeTcx keeps the points before a cut end, and says so', () => {
    const result = decodeTcx(encodeTcx(recorded, { cutBytes: 3000 }));
    const count = columnsOf(result).timeS.length;
    expect(count).toBeGreaterThan(90);
    expect(count).toBeLessThan(120);
    expect(columnsOf(result)).toEqual(part(recorded, 0, count));
    expect(problemsOf(result)).toEqual(['it ends before its last element is closed']);
  });

  it('decodeTcx keeps the points before and after a damaged place, and says which line it is', () => {
    const lines = Buffer.from(encodeTcx(recorded)).toString().split('\n');
    const damaged = lines.toSpliced(30, 0, '<<Trackpoint Time=>< ]]> </Nothing');
    const result = decodeTcx(Buffer.from(damaged.join('\n')));
    expect(columnsOf(result).timeS.length).toBeGreaterThan(110);
    expect(problemsOf(result)[0]).toMatch(/^its XML is damaged \(line 31: /);
  });

  it('decodeTcx cannot read a course, which nobody rode', () => {
    const result = decodeTcx(encodeTcx(recorded, { isCourse: true }));
    expect(result).toEqual({ unreadable: 'it has a course, no activity' });
  });

  it('decodeTcx cannot read a file without points', () => {
    const result = decodeTcx(encodeTcx({ timeS: [] }));
    expect(result).toEqual({ unreadable: 'it has no points' });
  });
});
